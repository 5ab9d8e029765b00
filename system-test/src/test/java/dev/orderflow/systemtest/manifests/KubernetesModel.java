package dev.orderflow.systemtest.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.stream.Stream;

/** The classes that Kubernetes' Java client generates of the API's description: the only ones that refuse unknown fields. */
final class KubernetesModel {

    private KubernetesModel() {}

    /** Nothing when the object is what its kind says. */
    static Stream<String> complaint(JsonNode object) {
        try {
            of(object)
                    .getMethod("validateJsonElement", JsonElement.class)
                    .invoke(null, JsonParser.parseString(object.toString()));
            return Stream.of();
        } catch (ClassNotFoundException e) {
            return Stream.of(Manifests.title(object) + " is of no kind that Kubernetes has built in");
        } catch (InvocationTargetException e) {
            return Stream.of(Manifests.title(object) + ": " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** apps/v1, Deployment: V1Deployment. */
    private static Class<?> of(JsonNode object) throws ClassNotFoundException {
        var version = object.path("apiVersion").asText();
        version = version.substring(version.indexOf('/') + 1);
        return Class.forName("io.kubernetes.client.openapi.models."
                + version.substring(0, 1).toUpperCase(Locale.ROOT)
                + version.substring(1)
                + Manifests.kind(object));
    }
}
