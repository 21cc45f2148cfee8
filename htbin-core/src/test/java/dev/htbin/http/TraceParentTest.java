package dev.htbin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: W3C Trace Context. */
class TraceParentTest {
    private static final String VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @ParameterizedTest
    @ValueSource(
            strings = {
                VALID,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be-like"
            })
    void accepts(String value) {
        TraceParent parent = TraceParent.parse(value).orElseThrow();
        assertEquals("0af7651916cd43dd8448eb211c80319c", parent.traceId());
        assertEquals("b7ad6b7169203331", parent.parentId());
        assertEquals(value, parent.value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"
            })
    void refuses(String value) {
        assertEquals(Optional.empty(), TraceParent.parse(value));
    }

    @Test
    void twoFieldsAreNone() {
        assertEquals(
                Optional.empty(),
                TraceParent.of(Fields.of(new Field("traceparent", VALID), new Field("Traceparent", VALID))));
    }

    @Test
    void whatIsBegunIsValidAndNew() {
        TraceParent first = TraceParent.next();
        assertEquals(Optional.of(first), TraceParent.parse(first.value()));
        assertNotEquals(first.traceId(), TraceParent.next().traceId());
        assertTrue(first.value().endsWith("-01"));
    }
}
