// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code manifest.json}: what a bundle holds, a pure function of the ledger's topics. JCS, at most 64 MiB.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>{@code blind}</th><td>hex, the tenant's 32 random bytes</td></tr>
 *   <tr><th>{@code chains}</th><td>every chain of the tenant, ascending by partition, see {@link Chain}</td></tr>
 *   <tr><th>{@code data}</th><td>data files, ascending by name, see {@link DataFile}</td></tr>
 *   <tr><th>{@code derived}</th><td>what it is a copy of, see {@link Derivation}; absent in a canonical bundle</td></tr>
 *   <tr><th>{@code format}</th><td>{@value #FORMAT}</td></tr>
 *   <tr><th>{@code origin}</th><td>the ledger's origin</td></tr>
 *   <tr><th>{@code previous}</th><td>hex SHA-256 of the tenant's previous manifest; absent in the first and in copies</td></tr>
 *   <tr><th>{@code registry}</th><td>{@code frontier} and {@code previousRoot} of size {@code previousSize};
 *       {@code root} and {@code size} after the window</td></tr>
 *   <tr><th>{@code schemas}</th><td>hex SHA-256 of each schema an entry names, ascending</td></tr>
 *   <tr><th>{@code shape}</th><td>{@value #CANONICAL}, or that of a copy</td></tr>
 *   <tr><th>{@code tenant}</th><td>tenant id</td></tr>
 *   <tr><th>{@code transactional}</th><td>whether the tenant produces in transactions, so that offsets may be skipped</td></tr>
 *   <tr><th>{@code window}</th><td>{@code end}, {@code start}</td></tr>
 * </table>
 *
 * A copy says of blind, chains, registry and window what its original says; a filtered one has fewer lines than entries.
 *
 * The constructors hold what needs no hashing; roots and digests are the verifier's to check.
 */
public record Manifest(
        String origin,
        String tenant,
        Window window,
        Hash blind,
        boolean transactional,
        Optional<Hash> previous,
        Registry registry,
        List<Chain> chains,
        List<DataFile> data,
        List<Hash> schemas,
        Optional<Derivation> derived) {
    public static final String FORMAT = "tallystick/bundle/v1";
    public static final String CANONICAL = "canonical";

    /** {@code [start, end)} of the ledger clock: whole seconds, aligned to UTC, a divisor of 24 hours. */
    public record Window(Instant start, Instant end) {
        public Window {
            long size = Duration.between(start, end).toSeconds();
            if (isFraction(start)
                    || isFraction(end)
                    || size <= 0
                    || 86_400 % size != 0
                    || Math.floorMod(start.getEpochSecond(), size) != 0) {
                throw new IllegalArgumentException("not a window: " + start + " to " + end);
            }
        }

        private static boolean isFraction(Instant time) {
            return !time.equals(time.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** Source offsets {@code [from, next)}; across a {@code source} entry next may be below from. */
    public record SourceSpan(long from, long next) {
        public SourceSpan {
            requireCount("source.from", from);
            requireCount("source.next", next);
        }
    }

    /**
     * One chain in the window. It holds the entries {@code [firstSeq, size)}; none if the chain was idle.
     *
     * @param prev leaf hash of entry firstSeq-1; zeros at 0
     * @param frontier compact range of size firstSeq, largest subtree first
     * @param previousRoot root of size firstSeq
     * @param root root of size {@code size}
     * @param source position in the source before the first and after the last entry; idle: both the next offset
     * @param sourceEnd the source's last stable offset when ingest last looked
     * @param asOf when that was; present together with sourceEnd
     * @param counts entries by kind, zeros left out
     * @param reasons rejected, gap, source and closed entries by reason, zeros left out
     * @param skippedOffsets sum of next-from-1 over event and rejected entries
     */
    public record Chain(
            int partition,
            long firstSeq,
            long size,
            Hash prev,
            List<Hash> frontier,
            Hash previousRoot,
            Hash root,
            SourceSpan source,
            OptionalLong sourceEnd,
            Optional<Instant> asOf,
            SortedMap<String, Long> counts,
            SortedMap<String, Long> reasons,
            long skippedOffsets) {
        private static final Set<String> KINDS =
                Set.of("genesis", "event", "rejected", "gap", "source", "control", "closed");
        private static final Set<String> REASONED = Set.of("rejected", "gap", "source", "closed");

        public Chain {
            frontier = List.copyOf(frontier);
            counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
            reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
            require(partition >= 0 && partition < BundleLayout.CHAINS_MAX, "partition " + partition);
            requireCount("size", size);
            requireCount("firstSeq", firstSeq);
            requireCount("skippedOffsets", skippedOffsets);
            require(firstSeq <= size && size > 0, "firstSeq " + firstSeq + ", size " + size);
            require(frontier.size() == Long.bitCount(firstSeq), frontier.size() + " frontier hashes at " + firstSeq);
            require(KINDS.containsAll(counts.keySet()), "unknown kind in counts " + counts.keySet());
            requirePositive("counts", counts);
            requirePositive("reasons", reasons);
            require(total(counts) == size - firstSeq, "counts " + counts + " for " + (size - firstSeq) + " entries");
            require(counts.containsKey("genesis") == (firstSeq == 0), "genesis entries from sequence " + firstSeq);
            require(counts.getOrDefault("genesis", 1L) == 1, "more than one genesis");
            Map<String, Long> reasoned = new HashMap<>(counts);
            reasoned.keySet().retainAll(REASONED);
            require(total(reasons) == total(reasoned), "reasons " + reasons + " for " + reasoned);
            require(sourceEnd.isPresent() == asOf.isPresent(), "sourceEnd and asOf come together");
            sourceEnd.ifPresent(value -> requireCount("sourceEnd", value));
            require(firstSeq > 0 || (prev.equals(Hash.ZERO) && source.from() == 0), "chain begins with prev or source");
            require(firstSeq < size || idle(previousRoot, root, source, skippedOffsets), "idle chain with changes");
        }

        private static boolean idle(Hash previousRoot, Hash root, SourceSpan source, long skippedOffsets) {
            return previousRoot.equals(root) && source.from() == source.next() && skippedOffsets == 0;
        }

        /** No entries in this window. */
        public boolean isIdle() {
            return firstSeq == size;
        }

        public TreeHead head() {
            return new TreeHead(size, root);
        }
    }

    /** Content of a data file, uncompressed. It is stored as {@code name + ".zst"}. */
    public record DataFile(String name, long bytes, long lines, Hash sha256) {
        // chain-pppp-nnnnn.ndjson: the constructor has matched the whole of it
        private static final int NAME_PARTITION = 6;
        private static final int NAME_NUMBER = 11;

        public DataFile {
            require(BundleLayout.parseDataFile(name).isPresent(), "not a data file: " + Printable.of(name));
            require(bytes > 0 && bytes <= BundleLayout.DATA_BYTES_MAX, name + " has " + bytes + " bytes");
            require(lines > 0 && lines <= BundleLayout.DATA_LINES_MAX, name + " has " + lines + " lines");
            Objects.requireNonNull(sha256);
        }

        public int partition() {
            return Integer.parseInt(name, NAME_PARTITION, NAME_PARTITION + 4, 10);
        }

        int number() {
            return Integer.parseInt(name, NAME_NUMBER, NAME_NUMBER + 5, 10);
        }
    }

    /** The registry before and after the window; frontier and previousRoot are those of previousSize. */
    public record Registry(long previousSize, List<Hash> frontier, Hash previousRoot, long size, Hash root) {
        public Registry {
            frontier = List.copyOf(frontier);
            requireCount("registry.previousSize", previousSize);
            requireCount("registry.size", size);
            require(previousSize < size, "registry from " + previousSize + " to " + size);
            require(frontier.size() == Long.bitCount(previousSize), frontier.size() + " hashes at " + previousSize);
            Objects.requireNonNull(previousRoot);
            Objects.requireNonNull(root);
        }

        public TreeHead previousHead() {
            return new TreeHead(previousSize, previousRoot);
        }

        public TreeHead head() {
            return new TreeHead(size, root);
        }
    }

    public Manifest {
        require(
                !origin.isEmpty()
                        && origin.length() <= 128
                        && origin.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '+'),
                "origin " + Printable.of(origin));
        require(ChainId.isTenant(tenant), "tenant " + Printable.of(tenant));
        Objects.requireNonNull(window);
        Objects.requireNonNull(blind);
        Objects.requireNonNull(previous);
        Objects.requireNonNull(registry);
        chains = List.copyOf(chains);
        data = List.copyOf(data);
        schemas = List.copyOf(schemas);
        for (int i = 1; i < chains.size(); i++) {
            require(chains.get(i - 1).partition() < chains.get(i).partition(), "chains are not ascending");
        }
        for (int i = 1; i < schemas.size(); i++) {
            require(schemas.get(i - 1).compareTo(schemas.get(i)) < 0, "schemas are not ascending");
        }
        require(derived.isEmpty() || previous.isEmpty(), "a copy with previous");
        requireFiles(chains, data, derived.filter(Derivation::isFiltered).isPresent());
    }

    /** A canonical bundle's. */
    public Manifest(
            String origin,
            String tenant,
            Window window,
            Hash blind,
            boolean transactional,
            Optional<Hash> previous,
            Registry registry,
            List<Chain> chains,
            List<DataFile> data,
            List<Hash> schemas) {
        this(origin, tenant, window, blind, transactional, previous, registry, chains, data, schemas, Optional.empty());
    }

    /** Whether it is of a copy of this shape. */
    public boolean isOf(Derivation.Shape shape) {
        return derived.filter(found -> found.shape() == shape).isPresent();
    }

    /** The manifest of a copy that holds these files. */
    public Manifest derive(Derivation derivation, List<DataFile> files, List<Hash> named) {
        return new Manifest(
                origin,
                tenant,
                window,
                blind,
                transactional,
                Optional.empty(),
                registry,
                chains,
                files,
                named,
                Optional.of(derivation));
    }

    public ChainId chainId(Chain chain) {
        return new ChainId(tenant, chain.partition());
    }

    /** The data files of one chain, in order. They lie together: logarithmic in the number of data files. */
    public List<DataFile> filesOf(Chain chain) {
        int from = firstFileFrom(chain.partition());
        return data.subList(from, firstFileFrom(chain.partition() + 1));
    }

    private int firstFileFrom(int partition) {
        int low = 0;
        int high = data.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (data.get(middle).partition() < partition) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    public byte[] encode() {
        return ManifestCodec.encode(this);
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static Manifest parse(byte[] bytes) throws BundleException {
        return ManifestCodec.parse(bytes);
    }

    /**
     * Each chain's files are numbered from 0 without a hole and have as many lines as the chain has entries; at most as
     * many, where lines were filtered out.
     */
    private static void requireFiles(List<Chain> chains, List<DataFile> data, boolean filtered) {
        Map<Integer, Long> lines = new HashMap<>();
        for (int i = 0; i < data.size(); i++) {
            DataFile file = data.get(i);
            boolean follows = i > 0 && data.get(i - 1).partition() == file.partition();
            require(
                    i == 0 || data.get(i - 1).name().compareTo(file.name()) < 0,
                    "data is not ascending: " + file.name());
            require(file.number() == (follows ? data.get(i - 1).number() + 1 : 0), "hole before " + file.name());
            lines.merge(file.partition(), file.lines(), Long::sum);
        }
        for (Chain chain : chains) {
            Long found = lines.remove(chain.partition());
            long entries = chain.size() - chain.firstSeq();
            long held = found == null ? 0 : found;
            require(
                    held == entries || (filtered && held < entries),
                    held + " lines for " + entries + " entries of partition " + chain.partition());
        }
        require(lines.isEmpty(), "data of chains that are not listed: partitions " + lines.keySet());
    }

    private static void requirePositive(String what, Map<String, Long> counts) {
        counts.values().forEach(value -> require(value > 0, what + " has a count of " + value));
    }

    private static long total(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).reduce(0L, Math::addExact);
    }

    private static void requireCount(String name, long value) {
        require(value >= 0 && value <= CanonicalJson.INTEGER_MAX, name + " " + value + " is not in 0..2^53-1");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
