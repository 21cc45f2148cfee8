package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.cgi.CgiFailure.TimedOut.Phase;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchException.Reason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgiFailureTest {
    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, 403",
        "NOT_PERMITTED, 403",
        "NOT_EXECUTABLE_FORMAT, 403",
        "TOO_LONG, 431",
        "EXHAUSTED, 503",
        "NO_SPACE, 507",
        "OTHER, 403"
    })
    void aScriptThatCannotBeStartedIsForbiddenUnlessTheMachineOrTheRequestIsAtFault(Reason reason, int status) {
        var failure = new CgiFailure.NotStarted(new LaunchException(reason, "x"), Optional.empty());
        assertEquals(status, failure.status());
    }

    @Test
    void theDiagnosisComesBeforeWhatTheOperatingSystemSaid() {
        var cause = new LaunchException(Reason.NOT_FOUND, "posix_spawn '/x': ENOENT");
        assertEquals(
                "HTB-026 its interpreter does not exist (posix_spawn '/x': ENOENT)",
                new CgiFailure.NotStarted(
                                cause, Optional.of(new Finding(Cause.NO_INTERPRETER, "its interpreter does not exist")))
                        .reasonForLog());
        assertEquals(
                "HTB-029 posix_spawn '/x': ENOENT", new CgiFailure.NotStarted(cause, Optional.empty()).reasonForLog());
    }

    @ParameterizedTest
    @CsvSource({"EXHAUSTED, HTB-031", "NO_SPACE, HTB-033", "TOO_LONG, HTB-030"})
    void noDiagnosisOfTheFileHidesThatTheMachineOrTheRequestIsAtFault(Reason reason, String id) {
        var diagnosis = new Finding(Cause.NO_INTERPRETER_LINE, "it has no #! line");
        assertEquals(
                id + " x",
                new CgiFailure.NotStarted(new LaunchException(reason, "x"), Optional.of(diagnosis)).reasonForLog());
    }

    @Test
    void messagesNameTheLimitAndTheRemedy() {
        assertEquals(
                "HTB-062 the script wrote nothing for 1.5 s, its limit; raise the limit, or see what it waits for",
                new CgiFailure.TimedOut(Phase.FIRST_BYTE, Duration.ofMillis(1500)).reasonForLog());
        assertEquals(504, new CgiFailure.TimedOut(Phase.TOTAL, Duration.ofHours(1)).status());
        assertEquals(503, new CgiFailure.TooManyRunning(8, 64, "").status());
        assertEquals(502, new CgiFailure.TooManyRedirects(10, "/x").status());
        assertEquals(
                "HTB-048 the script announced Content-Length: 5 and wrote at least 6 octets; it should leave Content-Length out",
                new CgiFailure.LengthMismatch(5, 6).reasonForLog());
        assertEquals(502, new CgiFailure.LengthMismatch(5, 3).status());
    }
}
