package dev.htbin.it;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** Table: the manifests of {@code deploy/kubernetes} against Kubernetes' own schema, against each other, and against what htbin takes. */
@Timeout(120)
class KubernetesTest {
    private static final Path MANIFESTS = Product.home().resolve("deploy/kubernetes");

    @TempDir
    Path folder;

    private final Map<String, JsonObject> objects = new TreeMap<>();
    private JsonObject pod = new JsonObject();
    private JsonObject container = new JsonObject();
    private TomlParseResult configuration = Toml.parse("");

    /** What Kubernetes' API says of a kind: which fields there are, which there must be, and of which type. */
    @FunctionalInterface
    private interface Schema {
        void check(JsonElement object) throws IOException;
    }

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "v1 ConfigMap", V1ConfigMap::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement);

    @BeforeEach
    void read() throws IOException {
        var load = new Load(LoadSettings.builder().build());
        for (String name : new String[] {"htbin.yaml", "networkpolicy.yaml"}) {
            for (Object document : load.loadAllFromString(Files.readString(MANIFESTS.resolve(name)))) {
                JsonObject object = new Gson().toJsonTree(document).getAsJsonObject();
                objects.put(text(object, "apiVersion") + " " + text(object, "kind"), object);
            }
        }
        pod = at(object("apps/v1 Deployment"), "spec", "template", "spec").getAsJsonObject();
        container = pod.getAsJsonArray("containers").get(0).getAsJsonObject();
        configuration = Toml.parse(text(object("v1 ConfigMap"), "data", "htbin.toml"));
    }

    @Test
    void kubernetesKnowsEveryField() throws IOException {
        assertEquals(SCHEMAS.keySet(), objects.keySet());
        for (Map.Entry<String, JsonObject> entry : objects.entrySet()) {
            requireNonNull(SCHEMAS.get(entry.getKey()), entry.getKey()).check(entry.getValue());
        }
        at(container, "securityContext").getAsJsonObject().addProperty("readOnlyRootFileSystem", true);
        assertThrows(
                IllegalArgumentException.class,
                () -> V1Deployment.validateJsonElement(object("apps/v1 Deployment")),
                "a misspelt field deep inside is found");
    }

    @Test
    void htbinTakesTheConfigurationThatTheContainerIsGiven() throws Exception {
        assertEquals(
                "[\"--config\",\"/etc/htbin/htbin.toml\"]",
                container.get("args").toString());
        assertEquals("/etc/htbin", text(volumeMount("configuration"), "mountPath"));
        Files.createDirectory(folder.resolve("www"));
        String here = text(object("v1 ConfigMap"), "data", "htbin.toml")
                .replace("\"/srv/www\"", "'" + folder.resolve("www") + "'");
        Path file = Files.writeString(folder.resolve("htbin.toml"), here);
        var check = Product.htbin("config", "check", file.toString());
        assertEquals(0, check.code(), check.err());
    }

    @Test
    void portsAndPathsAgree() {
        var ports = new HashMap<String, Long>();
        for (JsonElement port : container.getAsJsonArray("ports")) {
            ports.put(
                    text(port.getAsJsonObject(), "name"),
                    port.getAsJsonObject().get("containerPort").getAsLong());
        }
        assertEquals(
                Map.of("http", configuration.getLong("port"), "admin", portOf("admin"), "health", portOf("health")),
                ports);
        for (String probe : new String[] {"startupProbe", "readinessProbe", "livenessProbe"}) {
            assertEquals("health", text(container, probe, "httpGet", "port"), probe);
        }
        assertEquals("/ready", text(container, "readinessProbe", "httpGet", "path"));
        assertEquals("/health", text(container, "livenessProbe", "httpGet", "path"));
        JsonObject service = at(object("v1 Service"), "spec").getAsJsonObject();
        assertEquals("http", text(service.getAsJsonArray("ports").get(0).getAsJsonObject(), "targetPort"));
        JsonElement labels = at(object("apps/v1 Deployment"), "spec", "template", "metadata", "labels");
        assertEquals(labels, at(object("apps/v1 Deployment"), "spec", "selector", "matchLabels"));
        assertEquals(labels, service.get("selector"));
        assertEquals(labels, at(object("policy/v1 PodDisruptionBudget"), "spec", "selector", "matchLabels"));
        assertEquals(labels, at(object("networking.k8s.io/v1 NetworkPolicy"), "spec", "podSelector", "matchLabels"));
    }

    private long portOf(String key) {
        String address = String.valueOf(configuration.getString(key));
        return Long.parseLong(address.substring(address.lastIndexOf(':') + 1));
    }

    @Test
    void theEndOfAPodFitsIntoItsGracePeriod() {
        long sleep = at(container, "lifecycle", "preStop", "exec", "command")
                .getAsJsonArray()
                .get(1)
                .getAsLong();
        long drain = number("drain");
        long grace = number("grace");
        long period = pod.get("terminationGracePeriodSeconds").getAsLong();
        assertTrue(sleep > 0 && drain > 0, "others have time to see it");
        assertTrue(sleep + drain + 2 * grace < period, "%d + %d + 2 * %d < %d".formatted(sleep, drain, grace, period));
    }

    @Test
    void theContainerMayDoLittle() {
        JsonObject may = at(container, "securityContext").getAsJsonObject();
        assertEquals("true", text(may, "readOnlyRootFilesystem"));
        assertEquals("false", text(may, "allowPrivilegeEscalation"));
        assertEquals("[\"ALL\"]", at(may, "capabilities", "drop").toString());
        assertEquals("true", text(pod, "securityContext", "runAsNonRoot"));
        assertEquals("RuntimeDefault", text(pod, "securityContext", "seccompProfile", "type"));
        assertEquals("/tmp", text(volumeMount("temporary"), "mountPath"));
    }

    private JsonObject object(String kind) {
        return requireNonNull(objects.get(kind), kind);
    }

    private long number(String key) {
        return requireNonNull(configuration.getLong(key), key);
    }

    private JsonObject volumeMount(String name) {
        for (JsonElement mount : container.getAsJsonArray("volumeMounts")) {
            if (text(mount.getAsJsonObject(), "name").equals(name)) {
                return mount.getAsJsonObject();
            }
        }
        throw new AssertionError("no mount of " + name);
    }

    private static String text(JsonObject object, String... path) {
        return at(object, path).getAsString();
    }

    private static JsonElement at(JsonObject object, String... path) {
        JsonElement found = object;
        for (String name : path) {
            found = found.getAsJsonObject().get(name);
            assertTrue(found != null, () -> "no %s in %s".formatted(name, object));
        }
        return found;
    }
}
