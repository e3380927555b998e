// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.bundle.Manifest;
import io.tallystick.export.assemble.SchemaMissingException;
import io.tallystick.export.assemble.TenantWindow;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a tenant whose schema text is missing from holding up the others of its partition of {@code ledger.exports}. Its
 * bundles wait here in order, because each names the one before, and are tried again until they are written. The other
 * tenants go on. Only the commit is held back: it never passes a window with a bundle that waits, so after a crash all
 * is found again in the topics.
 *
 * <p>What is kept is bounded. When it {@linkplain #isFull is full} the partition takes no further windows.
 *
 * <p>Not safe for use by several threads.
 */
final class PendingBundles {
    /** Three days of windows of 15 minutes; also what is adopted again after a restart. */
    static final int WINDOWS_MAX = 288;

    /** Registry leaves, of which each window that waits keeps its own: about 100 MB. */
    static final long LEAVES_MAX = 100_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(PendingBundles.class);
    private static final Duration BACK_OFF_MIN = Duration.ofSeconds(1);
    private static final Duration BACK_OFF_MAX = Duration.ofMinutes(1);
    private static final String REMEDY =
            "Put the text back into the schema registry under this id: restore the registry,"
                    + " or register the text with this id in mode IMPORT. The bundles follow by themselves";

    private final Writer writer;
    private final SortedMap<String, Waiting> tenants = new TreeMap<>();
    private final Deque<Finished> uncommitted = new ArrayDeque<>();
    private long leaves;

    /** Writes a bundle. */
    interface Writer {
        /** @throws SchemaMissingException if the bundle has to wait for the text of a schema */
        void write(TenantWindow bundle) throws IOException;
    }

    /** A tenant's bundles, earliest first; never empty. */
    private static final class Waiting {
        private final Deque<TenantWindow> bundles = new ArrayDeque<>();
        private Duration backOff = BACK_OFF_MIN;
        private Instant due = Instant.MAX;
    }

    /** A window of which everything but the waiting bundles is written. */
    private record Finished(Instant start, long leaves, OffsetAndMetadata committable) {}

    PendingBundles(Writer writer) {
        this.writer = writer;
    }

    /**
     * Writes a bundle, or keeps it: if its schema is missing, or an earlier one of its tenant waits.
     *
     * @throws IOException if something else failed
     */
    void write(TenantWindow bundle, Instant now) throws IOException {
        String tenant = bundle.tenant().tenant();
        Waiting earlier = tenants.get(tenant);
        if (earlier != null) {
            earlier.bundles.add(bundle);
            return;
        }
        try {
            writer.write(bundle);
        } catch (SchemaMissingException e) {
            Waiting waiting = new Waiting();
            waiting.bundles.add(bundle);
            tenants.put(tenant, waiting);
            postpone(waiting, e, now);
        }
    }

    /** Tries again what is due. */
    void retry(Instant now) throws IOException {
        for (Waiting waiting : tenants.values()) {
            if (!now.isBefore(waiting.due)) {
                writeAll(waiting, now);
            }
        }
        tenants.values().removeIf(waiting -> waiting.bundles.isEmpty());
    }

    private void writeAll(Waiting waiting, Instant now) throws IOException {
        try {
            while (!waiting.bundles.isEmpty()) {
                writer.write(waiting.bundles.element());
                waiting.bundles.remove();
                waiting.backOff = BACK_OFF_MIN;
            }
        } catch (SchemaMissingException e) {
            postpone(waiting, e, now);
        }
    }

    private void postpone(Waiting waiting, SchemaMissingException fault, Instant now) {
        waiting.due = now.plus(waiting.backOff);
        Duration doubled = waiting.backOff.multipliedBy(2);
        waiting.backOff = doubled.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : doubled;
        TenantWindow first = waiting.bundles.getFirst();
        LOGGER.atWarn()
                .addKeyValue("tenant", first.tenant().tenant())
                .addKeyValue("window", first.sealed().window().start())
                .addKeyValue(
                        "lastWindow",
                        waiting.bundles.getLast().sealed().window().start())
                .addKeyValue("windows", waiting.bundles.size())
                .addKeyValue("schemaId", fault.schema().id())
                .addKeyValue("schemaSha256", fault.schema().sha256())
                .addKeyValue("error", fault.getMessage())
                .addKeyValue("uncommittedWindows", uncommitted.size())
                .addKeyValue("othersHeldUp", isFull())
                .addKeyValue("remedy", REMEDY)
                .log("a tenant's bundles wait for the text of a schema");
    }

    /**
     * Notes that all bundles of a window have been given to {@link #write}.
     *
     * @param registry the registry's window, whose leaves are kept with each bundle that waits
     * @param committable what may be committed when none of them waits any more
     */
    void finish(Instant window, Manifest.Registry registry, OffsetAndMetadata committable) {
        long added = registry.size() - registry.previousSize();
        uncommitted.add(new Finished(window, added, committable));
        leaves += added;
    }

    /** What may be committed now, if that is more than at the last call. */
    Optional<OffsetAndMetadata> takeCommittable() {
        Instant barrier = tenants.values().stream()
                .map(waiting -> waiting.bundles.element().sealed().window().start())
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        Optional<OffsetAndMetadata> committable = Optional.empty();
        while (!uncommitted.isEmpty() && uncommitted.element().start().isBefore(barrier)) {
            Finished done = uncommitted.remove();
            leaves -= done.leaves();
            committable = Optional.of(done.committable());
        }
        return committable;
    }

    /** Whether no further window may be taken until something that waits is written. */
    boolean isFull() {
        return uncommitted.size() >= WINDOWS_MAX || leaves >= LEAVES_MAX;
    }
}
