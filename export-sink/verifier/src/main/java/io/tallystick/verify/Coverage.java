// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import java.io.IOException;

/** Which bundles an earlier verification covered ({@code --since}): for whoever fetches those that it did not. */
public final class Coverage {
    private final Since since;

    private Coverage(Since since) {
        this.since = since;
    }

    /**
     * What the request's {@code since} covers; nothing if it names none.
     *
     * @throws SinceException if it cannot be relied on, as {@link Verifier#verify} would say
     * @throws IOException if a file the request names cannot be read
     */
    public static Coverage of(VerifyRequest request) throws IOException, SinceException {
        return new Coverage(
                request.since().isEmpty()
                        ? Since.beginning()
                        : Since.read(
                                request.since().get(), TrustInput.read(request.trustRoot(), request.fingerprint())));
    }

    /** Whether the bundle with this manifest is of a window that was covered. */
    public boolean covers(Manifest manifest) {
        return since.covers(manifest);
    }
}
