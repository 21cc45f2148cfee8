package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: a Flask application under {@code wsgiref.handlers.CGIHandler}. */
@Timeout(120)
class FlaskTest {
    private static final String INTERPRETER = "/usr/bin/python3";

    @TempDir
    static Path folder;

    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("Flask", INTERPRETER, "/usr/lib/python3/dist-packages/flask");
        Site site = Site.in(folder);
        site.script("app", "#!" + INTERPRETER + """
                         -Wignore
                        import hashlib
                        from flask import Flask, Response, jsonify, redirect, request, session, url_for
                        from wsgiref.handlers import CGIHandler
                        app = Flask(__name__)
                        app.secret_key = 'key'
                        @app.get('/hi/<path:name>')
                        def hi(name): return jsonify([name, request.args['q'], request.script_root, url_for('me')])
                        @app.get('/login')
                        def login():
                            session['user'] = 'ada'
                            return redirect(url_for('me'))
                        @app.get('/me')
                        def me(): return 'user ' + session.get('user', 'none')
                        @app.post('/upload')
                        def upload(): return hashlib.sha256(request.files['f'].read()).hexdigest() + '|' + request.form['note']
                        @app.put('/json')
                        def json(): return jsonify(got=request.get_json())
                        @app.get('/big')
                        def big(): return Response((b'x' * 65536 for i in range(160)), mimetype='application/octet-stream')
                        @app.get('/teapot')
                        def teapot(): return 'short and stout', 418
                        @app.get('/bug')
                        def bug(): return 1 / 0
                        CGIHandler().run(app)
                        """);
        htbin = RunningHtbin.on(site);
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void routesBelowTheScriptsName() throws Exception {
        assertEquals(
                "[\"a/b c\",\"1\",\"/cgi-bin/app\",\"/cgi-bin/app/me\"]",
                text(htbin.get("/cgi-bin/app/hi/a/b%20c?q=1"), 200).strip());
    }

    @Test
    void keepsASessionOverARedirect() throws Exception {
        var login = htbin.get("/cgi-bin/app/login");
        assertEquals(302, login.statusCode());
        assertEquals("/cgi-bin/app/me", login.headers().firstValue("Location").orElseThrow());
        String cookie = Content.cookie(login);
        var me = htbin.send("GET", "/cgi-bin/app/me", BodyPublishers.noBody(), "Cookie", cookie);
        assertEquals("user ada", text(me, 200));
    }

    @Test
    void takesAnUpload() throws Exception {
        byte[] file = Content.random(3_000_000);
        var response = htbin.post("/cgi-bin/app/upload", Multipart.of(file, "€"), "Content-Type", Multipart.TYPE);
        assertEquals(Content.sha256(file) + "|€", text(response, 200));
    }

    @Test
    void readsJsonFromAPut() throws Exception {
        var body = BodyPublishers.ofString("{\"a\": [1, 2]}");
        var response = htbin.send("PUT", "/cgi-bin/app/json", body, "Content-Type", "application/json");
        assertEquals("{\"got\":{\"a\":[1,2]}}", text(response, 200).strip());
    }

    @Test
    void streamsTenMegabytes() throws Exception {
        assertEquals(160 * 65536, htbin.get("/cgi-bin/app/big").body().length);
    }

    @Test
    void keepsTheApplicationsStatuses() throws Exception {
        assertEquals("short and stout", text(htbin.get("/cgi-bin/app/teapot"), 418));
        text(htbin.get("/cgi-bin/app/bug"), 500);
        text(htbin.get("/cgi-bin/app/nothing"), 404);
        var wrongMethod = htbin.get("/cgi-bin/app/upload");
        text(wrongMethod, 405);
        assertTrue(wrongMethod.headers().firstValue("Allow").orElse("").contains("POST"));
    }

    private static String text(HttpResponse<byte[]> response, int status) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(status, response.statusCode(), text);
        return text;
    }
}
