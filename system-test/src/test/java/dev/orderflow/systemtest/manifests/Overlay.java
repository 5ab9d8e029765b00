package dev.orderflow.systemtest.manifests;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What can be applied. */
enum Overlay {
    LOCAL("k8s"),
    LOCAL_JVM("k8s/overlays/local-jvm"),
    PRODUCTION("k8s/overlays/production");

    static final Path ROOT = Path.of(System.getProperty("orderflow.root", "..")).toAbsolutePath();

    private static final Map<Overlay, Manifests> RENDERED = new ConcurrentHashMap<>();

    private final String folder;

    Overlay(String folder) {
        this.folder = folder;
    }

    /** A copy, to be broken at will. */
    Manifests render() {
        return RENDERED.computeIfAbsent(this, _ -> Manifests.parse(Kubectl.kustomize(ROOT.resolve(folder))))
                .copy();
    }

    /** The secrets that its README asks for, by their keys. */
    Map<String, Set<String>> providedSecrets() {
        return this == PRODUCTION
                ? Map.of(
                        "databases",
                        Set.of("order", "inventory", "notification", "fraud", "analytics"),
                        "contacts",
                        Set.of("contact-key"))
                : Map.of();
    }
}
