// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.Cut;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.SealedWindow;
import io.tallystick.export.assemble.WindowBuffer;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * What {@code ledger.registry} and {@code ledger.checkpoints} say of the windows that are not exported yet. Reads on only
 * while something is missing, from positions that step two commits, so neither the age of the ledger nor a long wait
 * fills the memory.
 *
 * <p>Of several checkpoints for one head the first in offset order counts.
 */
final class RegistryView implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    /** A part has up to 1,000 leaves, about 250 KB. */
    private static final int PARTS_MAX = 64;

    private static final int CHECKPOINTS_MAX = 20_000;

    private final String origin;
    private final Predicate<ChainId> wanted;
    private final Consumer<String, SpecificRecord> consumer;
    private final TopicPartition registryTopic;
    private final TopicPartition checkpointsTopic;
    private final WindowBuffer<SortedMap<Integer, RegistryWindow>> parts;
    private final WindowBuffer<Map<String, SignedCheckpoint>> checkpoints;
    private final Map<Instant, SealedWindow> sealed = new HashMap<>();

    /**
     * Where to read from.
     *
     * @param finished start of the last window that is not needed any more
     * @param registry offset in {@code ledger.registry}
     * @param checkpoints offset in {@code ledger.checkpoints}
     */
    record Position(Instant finished, long registry, long checkpoints) {
        /** The beginning of the ledger. */
        static final Position BEGIN = new Position(Instant.MIN, 0, 0);

        /** The position from which both can go on. */
        Position earlier(Position other) {
            return new Position(
                    finished.isBefore(other.finished) ? finished : other.finished,
                    Math.min(registry, other.registry),
                    Math.min(checkpoints, other.checkpoints));
        }
    }

    /** @param wanted the chains whose checkpoints will be asked for */
    RegistryView(Clients clients, Position position, Predicate<ChainId> wanted) {
        this.origin = clients.ledger().origin();
        this.wanted = wanted;
        this.registryTopic = new TopicPartition(clients.topics().registry(), 0);
        this.checkpointsTopic = new TopicPartition(clients.topics().checkpoints(), 0);
        this.parts = new WindowBuffer<>(PARTS_MAX, position.finished(), position.registry(), TreeMap::new);
        this.checkpoints =
                new WindowBuffer<>(CHECKPOINTS_MAX, position.finished(), position.checkpoints(), HashMap::new);
        this.consumer = clients.reader("export-bundles", "registry");
        consumer.assign(List.of(registryTopic, checkpointsTopic));
        consumer.seek(registryTopic, position.registry());
        consumer.seek(checkpointsTopic, position.checkpoints());
    }

    /**
     * Reads what is new.
     *
     * @return false if that was nothing: both topics are read to their end
     */
    boolean poll() {
        ConsumerRecords<String, SpecificRecord> records = consumer.poll(POLL);
        for (ConsumerRecord<String, SpecificRecord> record : records) {
            if (record.value() instanceof RegistryWindow part) {
                parts.offer(part.getWindowStart(), record.offset(), known -> known.putIfAbsent(part.getPart(), part));
            } else if (record.value() instanceof SignedCheckpoint checkpoint && isWanted(checkpoint)) {
                checkpoints.offer(
                        checkpoint.getWindowStart(),
                        record.offset(),
                        known -> known.putIfAbsent(checkpoint.getOrigin(), checkpoint));
            } else if (record.topic().equals(checkpointsTopic.topic())) {
                checkpoints.skip(record.offset());
            } else {
                throw new LedgerIntegrityException(
                        record.topic() + " offset " + record.offset() + " holds no part of the registry");
            }
        }
        return !records.isEmpty() || !Assignment.isReadToEnd(consumer);
    }

    private boolean isWanted(SignedCheckpoint checkpoint) {
        if (checkpoint.getCut() != Cut.WINDOW) {
            return false;
        }
        String name = checkpoint.getOrigin();
        return name.equals(origin)
                || (name.startsWith(origin + "/") && wanted.test(ChainId.parse(name.substring(origin.length() + 1))));
    }

    /** The registry's window, if all its parts and its checkpoint are there. */
    Optional<SealedWindow> sealed(Manifest.Window window) {
        SealedWindow known = sealed.get(window.start());
        if (known != null) {
            return Optional.of(known);
        }
        Optional<SealedWindow> found = read(window);
        found.ifPresent(complete -> sealed.put(window.start(), complete));
        return found;
    }

    private Optional<SealedWindow> read(Manifest.Window window) {
        SortedMap<Integer, RegistryWindow> found = parts.content(window.start()).orElseGet(TreeMap::new);
        Optional<SignedCheckpoint> checkpoint =
                checkpoints.content(window.start()).map(known -> known.get(origin));
        if (found.isEmpty() || found.size() < found.get(found.firstKey()).getParts() || checkpoint.isEmpty()) {
            return Optional.empty();
        }
        RegistryWindow first = found.get(found.firstKey());
        if (!first.getWindowEnd().equals(window.end())) {
            throw new LedgerIntegrityException("registry window " + window.start() + " ends " + first.getWindowEnd()
                    + ", the entries say " + window.end());
        }
        List<Bytes> leaves = new ArrayList<>();
        found.values().forEach(part -> part.getLeaves().forEach(leaf -> leaves.add(ExportRecords.bytes(leaf))));
        return Optional.of(new SealedWindow(
                origin,
                window,
                CompactRange.of(first.getPreviousSize(), ExportRecords.hashes(first.getPreviousFrontier())),
                leaves,
                new TreeHead(first.getSize(), ExportRecords.hash(first.getRoot())),
                ExportRecords.bytes(checkpoint.get().getNote())));
    }

    /** The signed checkpoint of the head a chain has in a window, if it is there yet. */
    Optional<Bytes> checkpoint(Manifest.Window window, ChainId chain) {
        return checkpoints
                .content(window.start())
                .map(known -> known.get(chain.origin(origin)))
                .map(found -> ExportRecords.bytes(found.getNote()));
    }

    /** Forgets the windows up to and including the one that starts at {@code window}. */
    void finish(Instant window) {
        parts.finish(window).ifPresent(offset -> consumer.seek(registryTopic, offset));
        checkpoints.finish(window).ifPresent(offset -> consumer.seek(checkpointsTopic, offset));
        sealed.keySet().removeIf(start -> !start.isAfter(window));
    }

    /** Where a reader that needs none of the finished windows may begin. */
    Position position() {
        return new Position(parts.finished(), parts.resumeOffset(), checkpoints.resumeOffset());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
