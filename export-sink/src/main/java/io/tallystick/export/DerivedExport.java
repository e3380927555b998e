// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.export.assemble.DerivedBundle;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.ScratchDirectory;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.verify.LaterWindows;
import io.tallystick.verify.Windows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;

/**
 * Copies of a tenant's bundles on demand, into a directory, with the registry's leaves and anchors of their windows.
 * DESIGN.md section 8. The originals must have been verified before.
 *
 * <pre>
 * &lt;out&gt;/&lt;root&gt;/tenant=acme/dt=…/window_start=…/…   /registry/…   /anchors/…        root: v1, compact, filtered
 * &lt;out&gt;/&lt;root&gt;/anchors/later/registry/…
 * </pre>
 *
 * What was anchored only behind the last window covers the copies as it does the originals: the last line is the leaves of
 * {@linkplain LaterWindows later windows} that lead there.
 *
 * Objects that are there are adopted if they are the same, so what was interrupted can be done again.
 */
public final class DerivedExport {
    /** No window is longer: windows divide a day. */
    public static final Duration WINDOW_MAX = Duration.ofDays(1);

    private final Selection selection;
    private final ObjectStore out;
    private final Optional<DerivedBundle> writer;

    /**
     * What to copy.
     *
     * @param source a bucket, its {@code v1}, or the folder of one bundle
     * @param tenant whose bundles; not needed for one bundle, which is not copied if it is of another
     * @param shape empty for canonical: bundles as they are
     * @param filter its instants choose windows that overlap them; in a filtered copy also lines
     * @param receipts what outside parties are asked for, be it of a checkpoint far behind the last window
     */
    public record Selection(
            Path source,
            Optional<String> tenant,
            Optional<Derivation.Shape> shape,
            Derivation.Filter filter,
            WantedReceipts receipts) {
        public Selection {
            if (tenant.isPresent() && !ChainId.isTenant(tenant.get())) {
                throw new IllegalArgumentException("not a tenant: " + tenant.get());
            }
            if (!filter.types().isEmpty() || !filter.subjects().isEmpty()) {
                if (!shape.equals(Optional.of(Derivation.Shape.FILTERED))) {
                    throw new IllegalArgumentException("types and subjects are for copies of shape filtered");
                }
            }
        }

        /** Folder of the copies in the output. */
        public String root() {
            return shape.map(Derivation.Shape::text).orElse(BundleLayout.ROOT);
        }

        /**
         * The windows that are copied, told by the names of their folders: from the last one on that begins no later than
         * what is asked for, and so may reach into it.
         *
         * @throws BundleException if no tenant is named
         */
        public Windows windows() throws IOException, BundleException {
            if (isCommitted(source)) {
                return Windows.ALL;
            }
            Instant from = filter.from().orElse(Instant.MIN);
            Instant begin = folders().stream()
                    .map(DerivedExport::named)
                    .flatMap(Optional::stream)
                    .filter(start ->
                            !start.isAfter(from) && start.plus(WINDOW_MAX).isAfter(from))
                    .max(Comparator.naturalOrder())
                    .orElse(from);
            Instant end = filter.to().orElse(Instant.MAX);
            return new Windows(begin, end.isBefore(begin) ? begin : end);
        }

        /** Committed bundles, by the names of their folders. */
        private List<Path> folders() throws IOException, BundleException {
            if (isCommitted(source)) {
                return List.of(source);
            }
            Path inside = source.resolve(BundleLayout.ROOT);
            Path root = Files.isDirectory(inside) ? inside : source;
            Path folder = root.resolve(
                    "tenant=" + tenant.orElseThrow(() -> new BundleException("whose bundles? Name a tenant")));
            List<Path> found = new ArrayList<>();
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                try (Stream<Path> folders = Files.find(folder, 2, (path, attributes) -> attributes.isDirectory())) {
                    folders.filter(DerivedExport::isCommitted).sorted().forEach(found::add);
                }
            }
            return found;
        }

        private boolean covers(Manifest.Window window) {
            return filter.from().map(from -> window.end().isAfter(from)).orElse(true)
                    && filter.to().map(to -> window.start().isBefore(to)).orElse(true);
        }

        private Derivation.Filter lines() {
            return shape.equals(Optional.of(Derivation.Shape.FILTERED)) ? filter : Derivation.Filter.NONE;
        }
    }

    /**
     * What was written.
     *
     * @param folder of the tenant's copies
     * @param bundles how many
     * @param lines in them; of canonical copies they are not counted
     */
    public record Written(Path folder, int bundles, long lines) {}

    private DerivedExport(Selection selection, ObjectStore out, Optional<DerivedBundle> writer) {
        this.selection = selection;
        this.out = out;
        this.writer = writer;
    }

    /**
     * Writes copies of the shape canonical: the bundles as they are, which takes no key.
     *
     * @throws BundleException if there is nothing to copy
     * @throws LedgerIntegrityException if the directory has something else under a name of the copies; it stays
     * @throws IOException if the source cannot be read or the directory not be written
     */
    public static Written copy(Selection selection, Path directory) throws IOException, BundleException {
        if (selection.shape().isPresent()) {
            throw new IllegalArgumentException("a copy of shape " + selection.root() + " is signed");
        }
        try (ObjectStore out = DirectoryObjectStore.open(directory)) {
            return new DerivedExport(selection, out, Optional.empty()).copyAll(directory);
        }
    }

    /**
     * Writes copies that leave something out, each signed by the configured bundle key of its window's time.
     *
     * @throws ConfigException if a key cannot be used, or there is none for one of the windows; nothing is written then
     * @throws BundleException if there is nothing to copy, or an original is not what its manifest says
     * @throws LedgerIntegrityException if the directory has something else under a name of the copies; it stays
     * @throws IOException if the source cannot be read or the directory not be written
     */
    public static Written write(ExportConfig config, Selection selection, Path directory)
            throws IOException, BundleException {
        if (selection.shape().isEmpty()) {
            throw new IllegalArgumentException("bundles as they are take no key");
        }
        try (ObjectStore out = DirectoryObjectStore.open(directory);
                ScratchDirectory scratch = ScratchDirectory.open(config.scratchDirectory());
                BundleKeys keys = ConfiguredKeys.open(config, ConfiguredKeys.root(config))) {
            DerivedBundle writer = new DerivedBundle(out, scratch.path(), keys, ExportApplication.software());
            DerivedExport export = new DerivedExport(selection, out, Optional.of(writer));
            export.requireKeys(config, keys);
            return export.copyAll(directory);
        }
    }

    private void requireKeys(ExportConfig config, BundleKeys keys) throws IOException, BundleException {
        for (Path bundle : bundles()) {
            Manifest.Window window = manifest(bundle).window();
            if (selection.covers(window) && !keys.signsAt(window.end())) {
                throw new ConfigException(
                        ExportConfig.BUNDLE_KEY_FILE,
                        config.bundleKeyFiles(),
                        "none of these keys may sign for the window that ends " + window.end()
                                + "; add the key file of that time to " + ExportConfig.BUNDLE_KEY_FILE
                                + ", also of a key that is retired now (the trust root lists "
                                + keys.listedAt(window.end()) + ")");
            }
        }
    }

    private Written copyAll(Path directory) throws IOException, BundleException {
        long lines = 0;
        int bundles = 0;
        String tenant = "";
        Path lastBundle = selection.source();
        Optional<Manifest> last = Optional.empty();
        for (Path bundle : bundles()) {
            Manifest manifest = manifest(bundle);
            requireAsked(bundle, manifest.tenant());
            if (selection.covers(manifest.window())) {
                lines += copy(bundle, manifest);
                tenant = manifest.tenant();
                bundles++;
                lastBundle = bundle;
                last = Optional.of(manifest);
            }
        }
        if (last.isPresent()) {
            laterAnchors(lastBundle, last.get());
        }
        if (bundles == 0) {
            throw new BundleException("no committed bundle in " + selection.source()
                    + selection.tenant().map(name -> " of tenant " + name).orElse("") + " overlaps what was asked for");
        }
        return new Written(directory.resolve(selection.root()).resolve("tenant=" + tenant), bundles, lines);
    }

    private void requireAsked(Path bundle, String tenant) throws BundleException {
        if (selection.tenant().isPresent() && !selection.tenant().get().equals(tenant)) {
            throw new BundleException(bundle + " is a bundle of tenant " + tenant + ", not of "
                    + selection.tenant().get());
        }
    }

    /** Those that may be copied, by the names of their folders: nothing is read of others. */
    private List<Path> bundles() throws IOException, BundleException {
        Windows windows = selection.windows();
        List<Path> found = new ArrayList<>();
        for (Path folder : selection.folders()) {
            if (named(folder).map(windows::covers).orElse(true)) {
                found.add(folder);
            }
        }
        return found;
    }

    /** The window that a bundle's folder is named for. */
    private static Optional<Instant> named(Path folder) {
        Path day = folder.getParent();
        return day == null
                ? Optional.empty()
                : BundleLayout.windowStart(String.valueOf(day.getFileName()), String.valueOf(folder.getFileName()));
    }

    private static boolean isCommitted(Path folder) {
        return Files.isRegularFile(folder.resolve(BundleLayout.CHECKPOINT), LinkOption.NOFOLLOW_LINKS);
    }

    private static Manifest manifest(Path bundle) throws IOException, BundleException {
        try (InputStream in = Files.newInputStream(bundle.resolve(BundleLayout.MANIFEST), LinkOption.NOFOLLOW_LINKS)) {
            return Manifest.parse(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1));
        }
    }

    private long copy(Path bundle, Manifest manifest) throws IOException, BundleException {
        Instant start = manifest.window().start();
        Optional<Path> bucket = bucketOf(bundle, manifest);
        if (bucket.isPresent()) {
            shared(bucket.get(), BundleLayout.registryDir(start));
            shared(
                    bucket.get(),
                    BundleLayout.anchorsDir(start, manifest.registry().size()));
        }
        if (writer.isPresent()) {
            return writer.get()
                    .write(bundle, selection.root(), selection.shape().orElseThrow(), selection.lines());
        }
        verbatim(bundle, BundleLayout.bundleDir(manifest.tenant(), start));
        return 0;
    }

    /** What was anchored only behind the last copy, and the leaves up to there. */
    private void laterAnchors(Path bundle, Manifest last) throws IOException {
        Optional<Path> bucket = bucketOf(bundle, last);
        if (bucket.isPresent()) {
            Path registry = bucket.get().resolve(BundleLayout.ROOT).resolve("registry");
            for (LaterWindows.Later later : LaterWindows.after(last, registry, selection.receipts())) {
                verbatim(later.leaves(), selection.root() + "/" + later.leavesDir());
                shared(bucket.get(), BundleLayout.anchorsDir(later.start(), later.size()));
            }
        }
    }

    /** The folder that holds {@code v1}, if the bundle lies where it belongs in one. */
    private static Optional<Path> bucketOf(Path bundle, Manifest manifest) {
        String own = BundleLayout.bundleDir(manifest.tenant(), manifest.window().start());
        Path bucket = bundle.toAbsolutePath().normalize();
        if (!bucket.endsWith(own)) {
            return Optional.empty();
        }
        for (int i = 0; i < Path.of(own).getNameCount(); i++) {
            bucket = bucket.getParent();
        }
        return Optional.of(bucket);
    }

    private void shared(Path bucket, String name) throws IOException {
        Path folder = bucket.resolve(name);
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            verbatim(folder, selection.root() + name.substring(BundleLayout.ROOT.length()));
        }
    }

    /** Regular files alone, and the commit mark last. */
    private void verbatim(Path folder, String name) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparing((Path path) -> path.endsWith(BundleLayout.CHECKPOINT))
                            .thenComparing(path -> path))
                    .toList();
        }
        for (Path file : files) {
            String path = folder.relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            if (!BundleLayout.isPath(path)) {
                throw new IOException(file + " does not have a name that evidence can have");
            }
            Hash sha256 = digest(Files.newInputStream(file));
            ObjectName target = ObjectName.in(name, path);
            if (out.putIfAbsent(target, Content.ofFile(file, Files.size(file), sha256)) == PutOutcome.EXISTED
                    && !digest(out.open(target).orElseThrow()).equals(sha256)) {
                throw new LedgerIntegrityException(target + " is there with other content");
            }
        }
    }

    private static Hash digest(InputStream opened) throws IOException {
        MessageDigest digest = Hash.newDigest();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = opened) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Hash.of(digest.digest());
    }
}
