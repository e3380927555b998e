// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.anchor.RegistryTopology.RegistryProgress;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.UnfitSignerException;
import io.tallystick.anchor.sign.UnfitSignerException.Reason;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.trust.TrustRootWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * What this process tells of sealing; the module's README has the table. The registry and the signer may run in two
 * processes: each tells what it knows, and the larger age is the ledger's. Safe from any thread.
 */
final class SealingMetrics {
    private static final double MILLIS = 1e3;

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final SignerMetrics signer;
    private final Counter forks;
    private final Map<Reason, Counter> unfit = new EnumMap<>(Reason.class);
    private final AtomicReference<RegistryProgress> progress = new AtomicReference<>();

    SealingMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.signer = new SignerMetrics(registry, clock);
        forks = Counter.builder("ledger.chain.fork.detected")
                .description(
                        "Contradictions in the ledger that stopped the process: a gap, a fork, a changed entry, a second"
                                + " root.")
                .register(registry);
        for (Reason reason : Reason.values()) {
            unfit.put(
                    reason,
                    Counter.builder("ledger.signer.unfit")
                            .description("Times the signer stopped the process because it must not sign as it stands.")
                            .tag("reason", reason.label())
                            .register(registry));
        }
        Gauge.builder("ledger.oldest.unsealed.window", this, SealingMetrics::unsealedSeconds)
                .description(
                        "Time since the start of the oldest window without a signed registry checkpoint, the open one"
                                + " included; 0 where neither registry nor signer runs.")
                .baseUnit("seconds")
                .register(registry);
    }

    SignerMetrics signer() {
        return signer;
    }

    /** Takes note of the keys: until when those of each algorithm sign, as their trust root has it. */
    void watch(CheckpointSigner keys) {
        keys.algorithms().forEach(algorithm -> Gauge.builder("ledger.signer.key.expiry", keys, signers -> {
                    Instant now = clock.instant();
                    return secondsBetween(now, signers.signsUntil(algorithm, now));
                })
                .description("Time until no key of the algorithm signs; infinite without a trust root.")
                .tag("algorithm", algorithm.wireName())
                .strongReference(true)
                .baseUnit("seconds")
                .register(registry));
    }

    /** Takes note of the trust root the keys sign by; looks whether it is still the file's at each reading of the metric. */
    void watch(Optional<TrustRootWatch> trustRoot) {
        Gauge.builder(
                        "ledger.signer.trust.root.stale",
                        () -> trustRoot.filter(TrustRootWatch::isStale).isPresent() ? 1 : 0)
                .description("1 while the trust root's file is not what this process read from it at its start.")
                .register(registry);
    }

    /** @param known where the registry stands; empty where it does not run */
    void registered(Optional<RegistryProgress> known) {
        progress.set(known.orElse(null));
    }

    Optional<RegistryProgress> progress() {
        return Optional.ofNullable(progress.get());
    }

    /** @param cause why the process stops */
    void stopped(Throwable cause) {
        if (cause instanceof UnfitSignerException signer) {
            unfit.get(signer.reason()).increment();
        } else if (cause instanceof LedgerIntegrityException) {
            forks.increment();
        }
    }

    private double unsealedSeconds() {
        return Stream.of(progress().map(RegistryProgress::sealedUntil), signer.unsignedFrom())
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .map(start -> Math.max(0, secondsBetween(start, clock.instant())))
                .orElse(0.0);
    }

    private static double secondsBetween(Instant from, Instant to) {
        return to.equals(Instant.MAX)
                ? Double.POSITIVE_INFINITY
                : Duration.between(from, to).toMillis() / MILLIS;
    }
}
