// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import io.tallystick.chain.duplicates.IndexCodec.Slot;
import io.tallystick.chain.duplicates.IndexCodec.Watermark;
import io.tallystick.chain.sequence.Identities;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.topic.TenantPolicies;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The identities of one partition's chains: what was kept lately in memory, the rest in RocksDB.
 *
 * <p>An event goes through three stages, so that the disk never holds one of a transaction that was aborted:
 *
 * <pre>
 * remember ──► open ──prepared──► in doubt ──prepared, committed──► confirmed ──2,048 of them──► disk
 * </pre>
 *
 * What is in doubt is confirmed by the next {@link #prepared}, so nobody may prepare after a transaction that was prepared and
 * aborted: such a task is closed, and with it this object. Nor may what is open outlive an aborted transaction: the task's state
 * refuses to be stored then, before it prepares. On disk, each write carries the watermark of the last record covered. What a crash loses is above the watermark found later.
 *
 * <p>Opens its directory with the first event. For one thread, but {@link #entries()}, {@link #bytes()} and {@link #cut()} may
 * be read by any.
 */
public final class DuplicateIndex implements Identities, AutoCloseable {
    static final int CONFIRMED_MAX = 2_048;

    /** After how many records the watermark moves although nothing is to be remembered. */
    private static final long WATERMARK_RECORDS = 8_192;

    /** The order of the keys: RocksDB finds the place of a key fast that follows the one before. Stable: the later slot wins. */
    private static final Comparator<Ring.Added> BY_KEY = Comparator.comparing(
            added -> added.kept().identity(),
            (a, b) -> a.high() != b.high()
                    ? Long.compareUnsigned(a.high(), b.high())
                    : Long.compareUnsigned(a.low(), b.low()));

    private final Path directory;
    private final IndexMemory memory;
    private final int confirmedMax;
    private final Map<Identity, Slot> recent = new HashMap<>();
    private final Map<String, Ring> rings = new HashMap<>();
    private final StoredIdentities onDisk;

    private IndexStore store;
    private boolean closed;
    private List<Ring.Added> open = new ArrayList<>();
    private List<Ring.Added> inDoubt = new ArrayList<>();
    private final List<Ring.Added> confirmed = new ArrayList<>();
    private Optional<LastRecord> mark = Optional.empty();
    private Optional<LastRecord> markInDoubt = Optional.empty();
    private Optional<Identity> stale = Optional.empty();
    private long staleOrdinal;
    private long written = -1;
    private volatile Optional<Instant> cut = Optional.empty();
    private final AtomicLong entries = new AtomicLong();
    private volatile long bytes;

    /**
     * @param directory of this index alone
     * @param memory shared with other indexes
     */
    public DuplicateIndex(Path directory, IndexMemory memory) {
        this(directory, memory, CONFIRMED_MAX);
    }

    /** @param confirmedMax how many certain identities wait in memory to be written together */
    DuplicateIndex(Path directory, IndexMemory memory, int confirmedMax) {
        this.directory = directory;
        this.memory = memory;
        this.confirmedMax = confirmedMax;
        this.onDisk = new StoredIdentities(memory);
    }

    /**
     * Opens what an earlier life left.
     *
     * @return up to where it covers the topic; empty if it holds nothing of use
     * @throws java.io.UncheckedIOException if another process has it open, or the disk fails
     */
    Optional<Watermark> open() {
        connect();
        Optional<Watermark> found =
                Optional.ofNullable(store.get(IndexCodec.WATERMARK)).flatMap(IndexCodec::watermark);
        if (found.isEmpty()) {
            clear();
            return found;
        }
        store.scan(IndexCodec.CHAINS, (key, value) -> {
            String chain = IndexCodec.chain(key);
            rings.put(chain, Ring.load(chain, value));
        });
        entries.set(rings.values().stream().mapToLong(Ring::size).sum());
        cut = found.get().cut();
        written = found.get().pseq();
        bytes = store.bytes();
        return found;
    }

    private void connect() {
        if (closed) {
            throw new IllegalStateException("duplicate index " + directory + " is closed");
        }
        if (store == null) {
            store = new IndexStore(directory, memory);
        }
    }

    /** Forgets everything. */
    void clear() {
        connect();
        store.clear();
        onDisk.clear();
        rings.clear();
        recent.clear();
        open.clear();
        inDoubt.clear();
        confirmed.clear();
        mark = Optional.empty();
        markInDoubt = Optional.empty();
        written = -1;
        cut = Optional.empty();
        entries.set(0);
    }

    /** What was recorded before this instant was not read although a window reaches back to it. */
    void cutAt(Instant start) {
        cut = Optional.of(start);
    }

    @Override
    public Optional<Seen> find(String chain, Identity identity, TenantPolicies policies, Instant now) {
        requireOpen();
        stale = Optional.empty();
        Slot slot = recent.get(identity);
        if (slot == null) {
            if (!onDisk.mayHold(identity)) {
                return Optional.empty();
            }
            byte[] stored = store.get(IndexCodec.identityKey(identity));
            if (stored == null) {
                return Optional.empty();
            }
            slot = IndexCodec.slot(stored);
        }
        Ring ring = ring(chain);
        if (ring.isForgotten(slot.ordinal(), slot.seen().recorded(), policies, now)) {
            stale = Optional.of(identity);
            staleOrdinal = slot.ordinal();
            return Optional.empty();
        }
        return Optional.of(slot.seen());
    }

    /** Adds what {@link #find} did not find, as part of the open transaction. */
    public void remember(Kept kept) {
        requireOpen();
        boolean again = stale.filter(kept.identity()::equals).isPresent();
        Ring.Added added = ring(kept.chain()).add(kept, again ? Optional.of(staleOrdinal) : Optional.empty());
        stale = Optional.empty();
        recent.put(kept.identity(), added.slot());
        open.add(added);
        entries.incrementAndGet();
    }

    private Ring ring(String chain) {
        return rings.computeIfAbsent(chain, Ring::new);
    }

    /** A directory that was not opened at the start of the task was of no use then, and is not now. */
    private void requireOpen() {
        if (store == null) {
            clear();
        }
    }

    /**
     * The open transaction is about to be committed; the one before it was.
     *
     * @param last the last record of the open one
     */
    public void prepared(LastRecord last) {
        if (store == null) {
            return;
        }
        confirm();
        List<Ring.Added> empty = inDoubt;
        inDoubt = open;
        open = empty;
        markInDoubt = Optional.of(last);
        writeIfMany();
    }

    /** The transaction prepared last was committed, and the task is about to close. */
    public void committed() {
        if (store == null) {
            return;
        }
        confirm();
        write();
    }

    private void confirm() {
        confirmed.addAll(inDoubt);
        inDoubt.clear();
        if (markInDoubt.isPresent()) {
            mark = markInDoubt;
        }
    }

    private void writeIfMany() {
        if (confirmed.size() >= confirmedMax
                || mark.filter(last -> last.pseq() - written >= WATERMARK_RECORDS)
                        .isPresent()) {
            write();
        }
    }

    private void write() {
        if (mark.isEmpty() || mark.get().pseq() == written) {
            return;
        }
        LastRecord last = mark.get();
        try (IndexBatch batch = new IndexBatch(store)) {
            confirmed.stream().sorted(BY_KEY).forEach(added -> put(batch, added));
            Map<String, List<Ring.Added>> byChain = new HashMap<>();
            confirmed.forEach(added -> byChain.computeIfAbsent(added.kept().chain(), chain -> new ArrayList<>())
                    .add(added));
            byChain.forEach((chain, added) -> entries.addAndGet(-ring(chain).write(batch, added, last.recorded())));
            batch.put(
                    IndexCodec.WATERMARK,
                    IndexCodec.watermark(new Watermark(last.pseq(), last.recorded(), last.toString(), cut)));
            batch.write();
        }
        confirmed.forEach(added -> recent.remove(added.kept().identity(), added.slot()));
        confirmed.clear();
        onDisk.stored(store, entries.get());
        written = last.pseq();
        bytes = store.bytes();
    }

    private void put(IndexBatch batch, Ring.Added added) {
        onDisk.add(added.kept().identity());
        batch.put(IndexCodec.identityKey(added.kept().identity()), IndexCodec.slot(added.slot()));
    }

    /** Identities held, those that nobody has looked for since they were forgotten included. */
    public long entries() {
        return entries.get();
    }

    /** Bytes on disk. */
    public long bytes() {
        return bytes;
    }

    /** Since when the index is complete, if that is not the whole window: older duplicates are not recognised. */
    public Optional<Instant> cut() {
        return cut;
    }

    /** Writes what is certain and lets go of the directory. What is in doubt is read from the topic later. */
    @Override
    public void close() {
        closed = true;
        if (store == null) {
            return;
        }
        try {
            write();
            store.flush();
        } finally {
            store.close();
            store = null;
            onDisk.close();
        }
    }
}
