/** What has to be true of the Kubernetes manifests, seen without a cluster. */
@NullMarked
package dev.orderflow.systemtest.manifests;

import org.jspecify.annotations.NullMarked;
