// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One zip archive that a third party can verify with a Java runtime and nothing else: the bundles of a tenant and period,
 * the registry's leaves and anchors of the same windows, trust root, reports, the verifier, instructions. The same input
 * gives the same bytes: entries in order of their names, stored, with one fixed date.
 *
 * <pre>
 * README.txt  SHA256SUMS  trust-root.json  report/report.{html,json,txt,xml}  verifier/*.jar
 * v1/tenant=acme/dt=…/window_start=…/…   v1/registry/dt=…/window_start=…/…   v1/anchors/dt=…/&lt;registry size&gt;/…
 * v1/anchors/later/registry/dt=…/window_start=…/{leaves.ndjson,checkpoint}
 * </pre>
 *
 * What was anchored only after the period covers it: the last line is the leaves of {@linkplain LaterWindows later windows}
 * that lead there. They lie apart from the registry's, which would say of them that their bundles are missing.
 */
public final class EvidenceArchive {
    static final String README = "README.txt";
    static final String TRUST_ROOT = "trust-root.json";
    private static final String REPORT = "report";

    private final Evidence evidence;
    private final Path staging;
    private final ZipLimits limits;
    private int windows;
    private Manifest last;
    private final List<Path> copies = new ArrayList<>();

    /** Makes an archive of a folder. */
    interface Packer {
        void pack(Path folder, Path out) throws IOException;
    }

    /**
     * What goes in.
     *
     * @param bucket the bucket, or its {@code v1}, or a zip archive of one of them
     * @param from windows that begin at this instant or later
     * @param to windows that begin before this instant
     * @param trustRoot what the report is made with; it is packed, and must reach the reader by another way too
     * @param verifier the verifier's jar first, and the jars it needs
     */
    public record Evidence(Path bucket, String tenant, Instant from, Instant to, Path trustRoot, List<Path> verifier) {
        public Evidence {
            verifier = List.copyOf(verifier);
            if (!ChainId.isTenant(tenant)) {
                throw new IllegalArgumentException("not a tenant: " + tenant);
            }
        }

        private Evidence withBucket(Path folder) {
            return new Evidence(folder, tenant, from, to, trustRoot, verifier);
        }

        private boolean covers(Instant start) {
            return !start.isBefore(from) && start.isBefore(to);
        }
    }

    private EvidenceArchive(Evidence evidence, Path staging, ZipLimits limits) {
        this.evidence = evidence;
        this.staging = staging;
        this.limits = limits;
    }

    /**
     * Writes the archive. It is collected in a folder beside the file first (with hard links where they are possible) and
     * verified there: the report says what the reader's own run will say. The file has its name once it is whole.
     *
     * @param out must not exist
     * @return that report
     * @throws IllegalArgumentException if the bucket has no folder of the tenant, or copies instead of its bundles
     * @throws EvidenceTooLargeException if the verifier would refuse the archive for its size
     * @throws BundleException if the bucket is an archive that is not unpacked, and why; or if it has a file that cannot be
     *     packed, and which
     */
    public static VerificationReport write(Evidence evidence, Path out) throws IOException, BundleException {
        return write(evidence, out, ZipLimits.READER, DeterministicZip::write);
    }

    static VerificationReport write(Evidence evidence, Path out, ZipLimits limits, Packer packer)
            throws IOException, BundleException {
        if (Files.isDirectory(evidence.bucket()) || !UnpackedZip.isZip(evidence.bucket())) {
            return writeFolder(evidence, out, limits, packer);
        }
        try (UnpackedZip unpacked = UnpackedZip.of(evidence.bucket())) {
            return writeFolder(evidence.withBucket(unpacked.folder()), out, limits, packer);
        } catch (ZipFault e) {
            throw new BundleException(evidence.bucket() + ": " + e.getMessage(), e);
        }
    }

    private static VerificationReport writeFolder(Evidence evidence, Path out, ZipLimits limits, Packer packer)
            throws IOException, BundleException {
        Path root = rootOf(evidence.bucket());
        if (!Files.isDirectory(root.resolve("tenant=" + evidence.tenant()))) {
            throw new IllegalArgumentException("the bucket has no tenant " + evidence.tenant());
        }
        Path folder = out.toAbsolutePath().getParent();
        try (ScratchFolder work = ScratchFolder.in(folder, "evidence")) {
            Path staging = Files.createDirectory(work.path().resolve("content"));
            VerificationReport report = new EvidenceArchive(evidence, staging, limits).collect(root);
            Path whole = work.path().resolve("evidence.zip");
            packer.pack(staging, whole);
            work.requireThere();
            Files.move(whole, out); // a rename, of the same file system; refuses what has appeared there meanwhile
            return report;
        }
    }

    /** Whether a folder has by its files the form of an archive that was unpacked. Nobody has signed that it is one. */
    static boolean isUnpacked(Path folder) {
        return Stream.of(README, BundleLayout.SUMS, TRUST_ROOT)
                        .allMatch(name -> Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS))
                && RegistryFolder.isDirectory(folder.resolve(REPORT));
    }

    private static Path rootOf(Path bucket) {
        Path inside = bucket.resolve(BundleLayout.ROOT);
        return Files.isDirectory(inside) ? inside : bucket;
    }

    private VerificationReport collect(Path root) throws IOException, BundleException {
        Path tenant = root.resolve("tenant=" + evidence.tenant());
        for (Path day : folders(tenant, "dt=*")) {
            for (Path window : folders(day, "window_start=*")) {
                window(root, day, window);
            }
        }
        requireOriginals();
        leaves(root, tenant);
        laterAnchors(root);
        place(evidence.trustRoot(), staging.resolve(TRUST_ROOT));
        for (Path jar : evidence.verifier()) {
            place(jar, staging.resolve("verifier").resolve(String.valueOf(jar.getFileName())));
        }
        // Without a window the folder is still there to be looked into: the report then says that nothing is.
        Files.createDirectories(staging.resolve(BundleLayout.tenantDir(evidence.tenant())));
        requireFit(); // what is too large is not verified for hours first
        VerificationReport report = Verifier.verify(
                VerifyRequest.of(staging).withTenant(evidence.tenant()).withTrustRoot(staging.resolve(TRUST_ROOT)));
        Path reports = Files.createDirectories(staging.resolve(REPORT));
        Files.writeString(reports.resolve("report.txt"), report.text());
        try (Writer json = Files.newBufferedWriter(reports.resolve("report.json"))) {
            report.writeJson(json);
        }
        Files.writeString(reports.resolve("report.xml"), report.junit());
        Files.writeString(reports.resolve("report.html"), report.html());
        Files.writeString(staging.resolve(README), EvidenceReadme.text(evidence, report));
        sums();
        requireFit();
        return report;
    }

    /** One copy among originals is broken evidence, and is packed as it is; a folder of copies is the wrong folder. */
    private void requireOriginals() {
        if (windows > 0 && copies.size() == windows) {
            throw new IllegalArgumentException(
                    copies.get(0) + " is a copy, as are all here; evidence is packed of originals");
        }
    }

    private void requireFit() throws IOException {
        limits.requireFit(staging, DeterministicZip.names(staging));
    }

    private void window(Path root, Path day, Path window) throws IOException, BundleException {
        String dayName = String.valueOf(day.getFileName());
        String name = String.valueOf(window.getFileName());
        Optional<Instant> named = BundleLayout.windowStart(dayName, name);
        boolean committed = Files.isRegularFile(window.resolve(BundleLayout.CHECKPOINT), LinkOption.NOFOLLOW_LINKS);
        if (!committed || named.isEmpty() || !evidence.covers(named.get())) {
            return;
        }
        Instant start = named.get();
        copy(window, staging.resolve(BundleLayout.bundleDir(evidence.tenant(), start)));
        Path registry = root.resolve("registry").resolve(dayName).resolve(name);
        if (RegistryFolder.isDirectory(registry)) {
            copy(registry, staging.resolve(BundleLayout.registryDir(start)));
        }
        windows++;
        Optional<Manifest> manifest = manifest(window);
        if (manifest.isPresent()) {
            if (manifest.get().derived().isPresent()) {
                copies.add(window);
            }
            if (manifest.get().window().start().equals(start)) {
                last = manifest.get();
            }
            anchors(root, start, manifest.get().registry().size());
        }
    }

    /**
     * The registry's leaves of windows of the period that have no bundle here, committed: they show that one is missing. Where no
     * beginning was asked for, from the tenant's first folder on.
     */
    private void leaves(Path root, Path tenant) throws IOException, BundleException {
        Instant first = evidence.from();
        if (first.equals(Instant.MIN)) {
            first = windows(tenant).stream().findFirst().orElse(Instant.MAX);
        }
        Path registry = root.resolve("registry");
        for (Instant start : windows(registry)) {
            Path to = staging.resolve(BundleLayout.registryDir(start));
            if (!start.isBefore(first) && evidence.covers(start) && !Files.exists(to)) {
                copy(registry.resolve(BundleLayout.windowDir(start)), to);
            }
        }
    }

    /** The windows that have a folder here, from the first on. */
    private static List<Instant> windows(Path parent) throws IOException {
        List<Instant> starts = new ArrayList<>();
        for (Path day : folders(parent, "dt=*")) {
            for (Path window : folders(day, "window_start=*")) {
                BundleLayout.windowStart(Target.nameOf(day), Target.nameOf(window))
                        .ifPresent(starts::add);
            }
        }
        return starts;
    }

    private void anchors(Path root, Instant start, long size) throws IOException, BundleException {
        String anchors = BundleLayout.anchorsDir(start, size);
        Path from = root.resolve(anchors.substring(BundleLayout.ROOT.length() + 1));
        if (RegistryFolder.isDirectory(from) && !Files.exists(staging.resolve(anchors))) {
            copy(from, staging.resolve(anchors));
        }
    }

    /** What was anchored after an outage at the end of the period, and the leaves up to there. */
    private void laterAnchors(Path root) throws IOException, BundleException {
        if (last == null) {
            return;
        }
        VerifyRequest request = VerifyRequest.of(root).withTrustRoot(evidence.trustRoot());
        for (LaterWindows.Later window :
                LaterWindows.after(last, root.resolve("registry"), ListedReceipts.wanted(request))) {
            Path to = staging.resolve(BundleLayout.ROOT).resolve(window.leavesDir());
            for (String name : List.of(BundleLayout.LEAVES, BundleLayout.CHECKPOINT)) {
                if (Files.isRegularFile(window.leaves().resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                    place(window.leaves().resolve(name), to.resolve(name));
                }
            }
            anchors(root, window.start(), window.size());
        }
    }

    /** Empty if it cannot be read: the report says what is wrong with it; whose anchors they would be is not known. */
    private static Optional<Manifest> manifest(Path window) throws IOException {
        Path manifest = window.resolve(BundleLayout.MANIFEST);
        try (InputStream in = RegularFile.open(manifest)) {
            return Optional.of(Manifest.parse(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1)));
        } catch (BundleException | NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static List<Path> folders(Path parent, String names) throws IOException {
        if (!RegistryFolder.isDirectory(parent)) {
            return List.of();
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(parent, names)) {
            return Stream.iterate(children.iterator(), i -> i.hasNext(), i -> i)
                    .map(i -> i.next())
                    .filter(RegistryFolder::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    /** Regular files alone: a link would say something else at the reader's. */
    private void copy(Path from, Path to) throws IOException, BundleException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                place(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private void place(Path file, Path target) throws IOException, BundleException {
        String name = staging.relativize(target)
                .toString()
                .replace(target.getFileSystem().getSeparator(), "/");
        if (!BundleLayout.isPath(name)) {
            throw new BundleException(file + " does not have a name that evidence can have, so it is none");
        }
        Files.createDirectories(target.getParent());
        try {
            Files.createLink(target, file.toRealPath());
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, target); // another file system, or one without hard links
        }
    }

    private void sums() throws IOException {
        SortedMap<String, Hash> sums = new TreeMap<>();
        for (String name : DeterministicZip.names(staging)) {
            sums.put(name, digest(staging.resolve(name)));
        }
        Files.write(staging.resolve(BundleLayout.SUMS), Sha256Sums.encode(sums));
    }

    private static Hash digest(Path file) throws IOException {
        MessageDigest digest = Hash.newDigest();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Hash.of(digest.digest());
    }
}
