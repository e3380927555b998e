// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the objects in a bucket. Paths are relative to the bucket's root, with {@code /} between segments and none
 * at either end. Bundle file names are relative to the bundle's folder.
 *
 * <pre>
 * v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/
 *     chain-0003-00000.ndjson.zst  manifest.json  manifest.sig  export.json  bundle.dsse.json  SHA256SUMS
 *     schemas/&lt;sha256&gt;.avsc  proofs/registry.json  checkpoints/chain-0003  checkpoint
 *     proofs/chain-0003-&lt;seq&gt;.tlog-proof, in filtered copies alone
 * v1/registry/dt=…/window_start=…/{leaves.ndjson,checkpoint}
 * v1/anchors/dt=…/&lt;registry size&gt;/   v1/keys/&lt;keyId&gt;.pem   v1/trust-root-&lt;version&gt;.json
 * </pre>
 */
public final class BundleLayout {
    /** Folder of everything of this version. */
    public static final String ROOT = "v1";

    public static final String MANIFEST = "manifest.json";
    public static final String MANIFEST_SIGNATURE = "manifest.sig";
    public static final String EXPORT = "export.json";
    public static final String DSSE = "bundle.dsse.json";
    public static final String SUMS = "SHA256SUMS";
    public static final String REGISTRY_PROOFS = "proofs/registry.json";
    /** Written last: a folder without it is not committed. */
    public static final String CHECKPOINT = "checkpoint";
    /** In the registry's folder of a window. */
    public static final String LEAVES = "leaves.ndjson";
    /** What the stored form of a data file adds to its name. */
    public static final String STORED_SUFFIX = ".zst";

    /** Partitions of a tenant's topic are 0 to 9,999. */
    public static final int CHAINS_MAX = 10_000;
    /** Data files of one chain and window are 0 to 99,999. */
    public static final int FILES_MAX = 100_000;
    /** Content of one data file, uncompressed. */
    public static final long DATA_BYTES_MAX = 268_435_456L;
    /** Lines of one data file. */
    public static final long DATA_LINES_MAX = 10_000_000L;
    /** A line without its LF. */
    public static final int LINE_BYTES_MAX = 2 * 1024 * 1024;
    /** manifest.json: 10,000 chains with frontiers of up to 53 hashes. */
    public static final int MANIFEST_BYTES_MAX = 64 * 1024 * 1024;
    /** export.json, bundle.dsse.json and SHA256SUMS: some 200 bytes for each of 70,000 files. */
    public static final int LIST_BYTES_MAX = 16 * 1024 * 1024;
    /** proofs/registry.json: 10,000 heads with proofs of up to 63 hashes. */
    public static final int PROOFS_BYTES_MAX = 48 * 1024 * 1024;
    /** Content of one bundle. */
    public static final long BUNDLE_BYTES_MAX = 64L * 1024 * 1024 * 1024;
    /** A path in a bundle, in characters. */
    public static final int PATH_MAX = 255;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT);
    private static final DateTimeFormatter START = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Pattern START_FOLDER = Pattern.compile("window_start=([0-9]{8}T[0-9]{6}Z)");
    private static final Pattern DATA = Pattern.compile("chain-([0-9]{4})-([0-9]{5})\\.ndjson");
    private static final Pattern CHAIN_CHECKPOINT = Pattern.compile("checkpoints/chain-([0-9]{4})");
    private static final Pattern LINE_PROOF =
            Pattern.compile("proofs/chain-([0-9]{4})-(0|[1-9][0-9]{0,15})\\.tlog-proof");
    private static final Pattern SCHEMA = Pattern.compile("schemas/([0-9a-f]{64})\\.avsc");
    private static final Pattern PATH =
            Pattern.compile("[A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*");

    private static final int STORED_EXTRA_BYTES = 64 * 1024;

    private BundleLayout() {}

    /**
     * How large a data file may be as stored: incompressible content in small frames grows by far less.
     *
     * @param bytes of its content
     */
    public static long storedBytesMax(long bytes) {
        return 2 * bytes + STORED_EXTRA_BYTES;
    }

    /** A data file's place: file {@code number} (from 0) of the chain of {@code partition}. */
    public record DataFileName(int partition, int number) {}

    /** {@code v1/tenant=acme}. */
    public static String tenantDir(String tenant) {
        if (!ChainId.isTenant(tenant)) {
            throw new IllegalArgumentException("not a tenant: " + tenant);
        }
        return ROOT + "/tenant=" + tenant;
    }

    /** {@code v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z}. */
    public static String bundleDir(String tenant, Instant windowStart) {
        return tenantDir(tenant) + "/" + windowDir(windowStart);
    }

    /** {@code v1/registry/dt=2026-11-21/window_start=20261121T031500Z}. */
    public static String registryDir(Instant windowStart) {
        return ROOT + "/registry/" + windowDir(windowStart);
    }

    /** {@code v1/anchors/dt=2026-11-21/4}; the date is that of the window's start. */
    public static String anchorsDir(Instant windowStart, long registrySize) {
        return ROOT + "/anchors/dt=" + DATE.format(utc(windowStart)) + "/" + registrySize;
    }

    /** {@code v1/keys/<keyId>.pem}. */
    public static String keyFile(String keyId) {
        return ROOT + "/keys/" + Hash.parseHex(keyId) + ".pem";
    }

    /** {@code v1/trust-root-1.json}. */
    public static String trustRoot(long version) {
        return ROOT + "/trust-root-" + version + ".json";
    }

    /** {@code dt=2026-11-21/window_start=20261121T031500Z}, with the UTC date of the start. */
    public static String windowDir(Instant windowStart) {
        LocalDateTime start = utc(windowStart);
        if (!windowStart.equals(windowStart.truncatedTo(ChronoUnit.SECONDS))) {
            throw new IllegalArgumentException("window start with a fraction of a second: " + windowStart);
        }
        return "dt=" + DATE.format(start) + "/window_start=" + START.format(start);
    }

    /** The window's start a folder is named for, given its last two segments as {@link #windowDir} writes them. */
    public static Optional<Instant> windowStart(String dateSegment, String startSegment) {
        Matcher matcher = START_FOLDER.matcher(startSegment);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            Instant start = LocalDateTime.parse(matcher.group(1), START).toInstant(ZoneOffset.UTC);
            return windowDir(start).equals(dateSegment + "/" + startSegment) ? Optional.of(start) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty(); // not a date of the calendar: not a window's folder
        }
    }

    /** {@code chain-0003-00000.ndjson}, as manifests name it; stored with {@link #STORED_SUFFIX}. */
    public static String dataFile(int partition, int number) {
        if (number < 0 || number >= FILES_MAX) {
            throw new IllegalArgumentException("data file number " + number);
        }
        return String.format(Locale.ROOT, "chain-%04d-%05d.ndjson", partition(partition), number);
    }

    /** The inverse of {@link #dataFile}. */
    public static Optional<DataFileName> parseDataFile(String name) {
        Matcher matcher = DATA.matcher(name);
        return matcher.matches()
                ? Optional.of(new DataFileName(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** {@code checkpoints/chain-0003}. */
    public static String chainCheckpoint(int partition) {
        return String.format(Locale.ROOT, "checkpoints/chain-%04d", partition(partition));
    }

    /** The partition a chain checkpoint's name stands for. */
    public static Optional<Integer> parseChainCheckpoint(String path) {
        Matcher matcher = CHAIN_CHECKPOINT.matcher(path);
        return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
    }

    /** A line of a filtered copy: the entry {@code seq} of the chain of {@code partition}. */
    public record LineName(int partition, long seq) {}

    /** {@code proofs/chain-0003-17.tlog-proof}, for the line of entry 17 in a filtered copy. */
    public static String lineProof(int partition, long seq) {
        return String.format(Locale.ROOT, "proofs/chain-%04d-%d.tlog-proof", partition(partition), seq);
    }

    /** The inverse of {@link #lineProof}. */
    public static Optional<LineName> parseLineProof(String path) {
        Matcher matcher = LINE_PROOF.matcher(path);
        return matcher.matches()
                ? Optional.of(new LineName(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** {@code schemas/<sha256>.avsc}. */
    public static String schema(Hash sha256) {
        return "schemas/" + sha256 + ".avsc";
    }

    /** The digest a schema file is named for. */
    public static Optional<Hash> parseSchema(String path) {
        Matcher matcher = SCHEMA.matcher(path);
        return matcher.matches() ? Optional.of(Hash.parseHex(matcher.group(1))) : Optional.empty();
    }

    /**
     * Whether the text can name a file inside a bundle: relative, segments of letters, digits and {@code ._=-} that do
     * not begin with a dot (so neither {@code .} nor {@code ..}), at most {@value #PATH_MAX} characters.
     */
    public static boolean isPath(String path) {
        return path.length() <= PATH_MAX && PATH.matcher(path).matches();
    }

    static String requirePath(String path) throws BundleException {
        if (!isPath(path)) {
            throw new BundleException("not a path inside a bundle: " + Printable.of(path));
        }
        return path;
    }

    private static int partition(int partition) {
        if (partition < 0 || partition >= CHAINS_MAX) {
            throw new IllegalArgumentException("partition " + partition + " is not in 0.." + (CHAINS_MAX - 1));
        }
        return partition;
    }

    private static LocalDateTime utc(Instant instant) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
