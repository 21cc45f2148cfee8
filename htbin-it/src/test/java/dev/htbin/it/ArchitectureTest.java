package dev.htbin.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md, read off the compiled classes. */
class ArchitectureTest {
    private static final int MOST_LINES = 400;
    private static final String MAPS_FILES = "dev\\.htbin\\.jetty\\.MappedWindows.*";
    private static final List<String> MODULES =
            List.of("htbin-process", "htbin-core", "htbin-auth", "htbin-jetty", "htbin-admin", "htbin-cli");

    private static JavaClasses classes = new ClassFileImporter().importClasses(List.of());

    @BeforeAll
    static void readClasses() {
        List<Path> folders = MODULES.stream()
                .map(module -> Product.home().resolve(module).resolve("target/classes"))
                .toList();
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPaths(folders);
    }

    @Test
    void httpDependsOnNothing() {
        classes()
                .that()
                .resideInAPackage("dev.htbin.http..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("dev.htbin.http..", "java..", "org.jspecify.."))
                .check(classes);
    }

    @Test
    void filesAndCgiDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("dev.htbin.file..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.htbin.cgi.."))
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("dev.htbin.cgi..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.htbin.file.."))
                .check(classes);
    }

    @Test
    void onlyEnginesAndTheCommandKnowTheHandlers() {
        noClasses()
                .that(resideInAnyPackage(
                        "dev.htbin.http..", "dev.htbin.file..", "dev.htbin.cgi..", "dev.htbin.process.."))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.htbin.handler.."))
                .check(classes);
    }

    @Test
    void nativeAccessIsInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.htbin.process.posix..")
                .and()
                .haveNameNotMatching(MAPS_FILES)
                .should()
                .dependOnClassesThat(resideInAPackage("java.lang.foreign.."))
                .check(classes);
        // Files can be unmapped by no other part of the JDK.
        noClasses()
                .that()
                .haveNameMatching(MAPS_FILES)
                .should()
                .dependOnClassesThat(nameMatching("java\\.lang\\.foreign\\.(?!Arena$|MemorySegment$).*"))
                .check(classes);
    }

    @Test
    void theCoreKnowsNoEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.htbin.jetty..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.eclipse.jetty.."))
                .check(classes);
    }

    @Test
    void socketsAreInEngines() {
        var sockets = new DescribedPredicate<JavaClass>("sockets") {
            @Override
            public boolean test(JavaClass type) {
                boolean net = type.getPackageName().equals("java.net")
                        && (type.getSimpleName().endsWith("Socket")
                                || type.getSimpleName().equals("HttpServer"));
                boolean nio = type.getPackageName().equals("java.nio.channels")
                        && type.getSimpleName().endsWith("SocketChannel");
                return net || nio;
            }
        };
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.htbin.jetty..")
                .should()
                .dependOnClassesThat(sockets)
                .check(classes);
    }

    @Test
    void onlyTheCommandSpeaksAndExits() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.htbin.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(classes);
    }

    @Test
    void scriptsAreLaunchedInOnePlace() {
        Set<String> callers = new TreeSet<>();
        for (JavaClass type : classes) {
            if (!type.getPackageName().startsWith("dev.htbin.process")) {
                for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                    boolean launcher = call.getTargetOwner().getName().equals("dev.htbin.process.Launcher");
                    if (launcher && call.getName().equals("launch")) {
                        callers.add(type.getName());
                    }
                }
            }
        }
        assertEquals(1, callers.size(), callers.toString());
    }

    /** So it passes on what it does not change: above all, who may make requests. */
    @Test
    void whatWrapsAnExchangeForwardsToIt() {
        Set<String> others = new TreeSet<>();
        for (JavaClass type : classes) {
            boolean wraps = type.isAssignableTo("dev.htbin.http.Exchange")
                    && type.getFields().stream()
                            .anyMatch(field -> field.getRawType().isAssignableTo("dev.htbin.http.Exchange"));
            if (wraps && !type.isAssignableTo("dev.htbin.http.ForwardingExchange")) {
                others.add(type.getName());
            }
        }
        assertEquals(Set.of(), others);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.htbin.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void filesCanBeReadInOneSitting() throws IOException {
        var tooLong = new ArrayList<String>();
        for (String module : MODULES) {
            try (var files = Files.walk(Product.home().resolve(module).resolve("src"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    try (var lines = Files.lines(file)) {
                        long count = lines.count();
                        if (count > MOST_LINES) {
                            tooLong.add("%s: %d lines (expected: <= %d)".formatted(file, count, MOST_LINES));
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void everyShippedModuleHasADescriptor() {
        List<String> without = MODULES.stream()
                .filter(module ->
                        !Files.exists(Product.home().resolve(module).resolve("target/classes/module-info.class")))
                .collect(Collectors.toList());
        assertEquals(List.of(), without);
    }
}
