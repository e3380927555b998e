// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What to verify, and by what.
 *
 * @param target a bundle's folder, a tenant's folder ({@code v1/tenant=acme}, or any folder of one tenant's bundles), or
 *     a bucket ({@code v1} or its parent)
 * @param trustRoot the trust root's file
 * @param fingerprint what the trust root must be; the auditor has it from another channel
 * @param registry folder of the registry's leaves; without it that of the bucket the target lies in, if it does
 * @param anchors what outside parties must vouch for, beside what the trust root requires
 * @param asOf the evidence is judged as of this time: windows that ended by then must be there, and what proves a time
 *     counts for a requirement only if it proves that one; without it no time is asked for
 * @param now only for the warning that a trust root has expired; without it there is no such warning
 */
public record VerifyRequest(
        Path target,
        Optional<Path> trustRoot,
        Optional<Hash> fingerprint,
        Optional<Path> registry,
        AnchorRequirement anchors,
        Optional<Instant> asOf,
        Optional<Instant> now) {
    public VerifyRequest {
        Objects.requireNonNull(target);
        Objects.requireNonNull(trustRoot);
        Objects.requireNonNull(fingerprint);
        Objects.requireNonNull(registry);
        Objects.requireNonNull(anchors);
        Objects.requireNonNull(asOf);
        Objects.requireNonNull(now);
    }

    /** A target and nothing else: no trust root, so at best exit code 4. */
    public static VerifyRequest of(Path target) {
        return new VerifyRequest(
                target,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                AnchorRequirement.NONE,
                Optional.empty(),
                Optional.empty());
    }

    public VerifyRequest withTrustRoot(Path file) {
        return new VerifyRequest(target, Optional.of(file), fingerprint, registry, anchors, asOf, now);
    }

    public VerifyRequest withFingerprint(Hash expected) {
        return new VerifyRequest(target, trustRoot, Optional.of(expected), registry, anchors, asOf, now);
    }

    public VerifyRequest withRegistry(Path folder) {
        return new VerifyRequest(target, trustRoot, fingerprint, Optional.of(folder), anchors, asOf, now);
    }

    public VerifyRequest withAnchors(AnchorRequirement required) {
        return new VerifyRequest(target, trustRoot, fingerprint, registry, required, asOf, now);
    }

    public VerifyRequest withAsOf(Instant instant) {
        return new VerifyRequest(target, trustRoot, fingerprint, registry, anchors, Optional.of(instant), now);
    }

    public VerifyRequest withNow(Instant instant) {
        return new VerifyRequest(target, trustRoot, fingerprint, registry, anchors, asOf, Optional.of(instant));
    }
}
