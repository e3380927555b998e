// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What to verify, and by what.
 *
 * @param target a bundle's folder, a tenant's folder ({@code v1/tenant=acme}, or any folder of one tenant's bundles), a
 *     bucket ({@code v1} or its parent), or a zip archive of one of them
 * @param trustRoot the trust root's file
 * @param fingerprint what the trust root must be; the auditor has it from another channel
 * @param registry folder of the registry's leaves; without it that of the bucket the target lies in, if it does
 * @param anchors what outside parties must vouch for, beside what the trust root requires
 * @param asOf the evidence is judged as of this time: windows that ended by then must be there, and an anchor counts for a
 *     requirement only if it proves that time, or something else proves it of what the anchor is about; without it no time
 *     is asked for
 * @param now only for the warning that a trust root has expired; without it there is no such warning
 * @param tenant of a bucket, this tenant alone
 * @param windows of a tenant or bucket these alone, as if nothing else were there; receipts of later ones count for them
 * @param since a registry checkpoint, or the transcript of an earlier verification: what it covers is taken as verified
 * @param minimumRetentionDays days from its window's end for which the store must keep every bundle, beside what the
 *     trust root requires; 0 for none
 * @param locks what was read from the store now, by the real path of a bundle's folder; of others the next bundle tells
 */
public record VerifyRequest(
        Path target,
        Optional<Path> trustRoot,
        Optional<Hash> fingerprint,
        Optional<Path> registry,
        AnchorRequirement anchors,
        Optional<Instant> asOf,
        Optional<Instant> now,
        Optional<String> tenant,
        Windows windows,
        Optional<Path> since,
        int minimumRetentionDays,
        Map<Path, StoreLock> locks) {
    private static final int RETENTION_DAYS_MAX = 1_000_000;

    public VerifyRequest {
        if (minimumRetentionDays < 0 || minimumRetentionDays > RETENTION_DAYS_MAX) {
            throw new IllegalArgumentException(
                    "retention of " + minimumRetentionDays + " days, not in 0.." + RETENTION_DAYS_MAX);
        }
        Objects.requireNonNull(target);
        Objects.requireNonNull(trustRoot);
        Objects.requireNonNull(fingerprint);
        Objects.requireNonNull(registry);
        Objects.requireNonNull(anchors);
        Objects.requireNonNull(asOf);
        Objects.requireNonNull(now);
        Objects.requireNonNull(tenant);
        Objects.requireNonNull(windows);
        Objects.requireNonNull(since);
        locks = Map.copyOf(locks);
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
                Optional.empty(),
                Optional.empty(),
                Windows.ALL,
                Optional.empty(),
                0,
                Map.of());
    }

    public VerifyRequest withTarget(Path path) {
        return with(draft -> draft.target = path);
    }

    public VerifyRequest withTrustRoot(Path file) {
        return with(draft -> draft.trustRoot = Optional.of(file));
    }

    public VerifyRequest withFingerprint(Hash expected) {
        return with(draft -> draft.fingerprint = Optional.of(expected));
    }

    public VerifyRequest withRegistry(Path folder) {
        return with(draft -> draft.registry = Optional.of(folder));
    }

    public VerifyRequest withAnchors(AnchorRequirement required) {
        return with(draft -> draft.anchors = required);
    }

    public VerifyRequest withAsOf(Instant instant) {
        return with(draft -> draft.asOf = Optional.of(instant));
    }

    public VerifyRequest withNow(Instant instant) {
        return with(draft -> draft.now = Optional.of(instant));
    }

    public VerifyRequest withTenant(String name) {
        return with(draft -> draft.tenant = Optional.of(name));
    }

    public VerifyRequest withWindows(Windows asked) {
        return with(draft -> draft.windows = asked);
    }

    public VerifyRequest withSince(Path file) {
        return with(draft -> draft.since = Optional.of(file));
    }

    public VerifyRequest withMinimumRetentionDays(int days) {
        return with(draft -> draft.minimumRetentionDays = days);
    }

    public VerifyRequest withLocks(Map<Path, StoreLock> read) {
        return with(draft -> draft.locks = read);
    }

    private VerifyRequest with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new VerifyRequest(
                draft.target,
                draft.trustRoot,
                draft.fingerprint,
                draft.registry,
                draft.anchors,
                draft.asOf,
                draft.now,
                draft.tenant,
                draft.windows,
                draft.since,
                draft.minimumRetentionDays,
                draft.locks);
    }

    /** A request to be changed. */
    private static final class Draft {
        private Path target;
        private Optional<Path> trustRoot;
        private Optional<Hash> fingerprint;
        private Optional<Path> registry;
        private AnchorRequirement anchors;
        private Optional<Instant> asOf;
        private Optional<Instant> now;
        private Optional<String> tenant;
        private Windows windows;
        private Optional<Path> since;
        private int minimumRetentionDays;
        private Map<Path, StoreLock> locks;

        private Draft(VerifyRequest of) {
            target = of.target;
            trustRoot = of.trustRoot;
            fingerprint = of.fingerprint;
            registry = of.registry;
            anchors = of.anchors;
            asOf = of.asOf;
            now = of.now;
            tenant = of.tenant;
            windows = of.windows;
            since = of.since;
            minimumRetentionDays = of.minimumRetentionDays;
            locks = of.locks;
        }
    }
}
