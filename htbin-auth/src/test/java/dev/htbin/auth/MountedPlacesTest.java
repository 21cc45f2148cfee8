package dev.htbin.auth;

import static dev.htbin.auth.Site.assertStatus;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.MountedProgram;
import dev.htbin.cgi.Programs;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire tests over real sockets: a file that has several URLs is asked for at each of them, whichever of them is requested. */
@Timeout(60)
class MountedPlacesTest {
    @TempDir
    private Path folder;

    private Site site = new Site(Path.of("/"), Path.of("/"));

    @BeforeEach
    void makeSite() throws IOException {
        site = Site.in(folder)
                .users("ann:a")
                .file("private/page.txt")
                .file("open.txt")
                .script("cgi-bin/admin/run", "printf 'Content-Type: text/plain\\n\\nran'")
                .script("program", "printf 'Content-Type: text/plain\\n\\nprogram'");
    }

    private Server serve(String... asked) throws IOException {
        FileConfig files = FileConfig.of(site.root())
                .withMounts(List.of(
                        Mount.at("/all", DocumentRoot.of(folder)),
                        Mount.at("/direct", DocumentRoot.of(site.root().resolve("private"))),
                        Mount.at("/run", DocumentRoot.of(site.root().resolve("cgi-bin/admin")))));
        CgiConfig cgi = CgiConfig.defaults()
                .withHost(Site.HOST)
                .withDirectories(List.of("/cgi-bin", "/run"))
                .withPrograms(new Programs(
                        List.of(MountedProgram.at("/program", site.root().resolve("program"))), List.of()));
        HttpHandler handler = CgiHttpRequestHandler.serving(files, cgi);
        var rules = new java.util.ArrayList<AuthRule>();
        for (String path : asked) {
            rules.add(site.rule(path));
        }
        return Server.of(BasicAuthentication.before(handler, new AuthRules(rules)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/all/root/private/page.txt", "/direct/page.txt", "//direct//page.txt", "/run/run", "/run/run/x"
            })
    void noMountLeadsAroundTheRuleOfAPath(String target) throws Exception {
        try (Server server = serve("/private", "/cgi-bin/admin")) {
            assertStatus(401, server.get(target));
            assertStatus(200, server.getAs("ann:a", target));
            assertStatus(200, server.get("/open.txt"));
            assertStatus(200, server.get("/all/root/open.txt"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/direct/page.txt", "/%64irect/page.txt", "/private/page.txt", "/all/root/private/page.txt"})
    void theRuleOfAMountHoldsWhereItsFilesHaveAnotherUrl(String target) throws Exception {
        try (Server server = serve("/direct")) {
            assertStatus(401, server.get(target));
            assertStatus(200, server.getAs("ann:a", target));
        }
    }

    @Test
    void theRuleOfAProgramHoldsForAllBelowIt() throws Exception {
        try (Server server = serve("/program")) {
            for (String target : List.of("/program", "/program/x/y", "//program/x", "/%70rogram/x", "/a/../program")) {
                assertStatus(401, server.get(target));
                assertStatus(200, server.getAs("ann:a", target));
            }
        }
    }
}
