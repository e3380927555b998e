// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import com.github.luben.zstd.ZstdInputStream;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.CompactLine;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.bundle.Statement;
import io.tallystick.entry.PayloadRef;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.note.SignedNote;
import io.tallystick.note.TlogProof;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes a copy of a bundle that leaves something out and still verifies. DESIGN.md section 8. What the copy says of
 * chains, registry and window is the original's; its manifest names the original's, and the bundle key signs it.
 *
 * <p>The original must have been verified; that what is read now is what was verified is checked by its digests.
 *
 * <p>Not safe for use by several threads.
 */
public final class DerivedBundle {
    /**
     * Followed lines of one bundle: some kilobytes each while the bundle is written, and a file each, of which the lists
     * take no more.
     */
    static final int LINES_MAX = 90_000;

    /** Of bundle.dsse.json beside its payload. */
    private static final int ENVELOPE_BYTES_MAX = 512;

    private static final int SCHEMA_BYTES_MAX = 16 * 1024 * 1024;

    private final ObjectStore store;
    private final Path scratch;
    private final BundleKeys keys;
    private final ExportRecord.Software software;

    /**
     * @param store where the copy goes
     * @param scratch a directory for files that mean nothing later
     * @param keys the bundle keys
     * @param software what export.json says of this program
     */
    public DerivedBundle(ObjectStore store, Path scratch, BundleKeys keys, ExportRecord.Software software) {
        this.store = store;
        this.scratch = scratch;
        this.keys = keys;
        this.software = software;
    }

    /** What the copy of one bundle is made of. */
    private static final class Copy {
        private final Path original;
        private final Manifest manifest;
        private final Derivation derivation;
        private final BundleFolder folder;
        private final List<Manifest.DataFile> data = new ArrayList<>();
        private final SortedSet<Hash> schemas = new TreeSet<>();
        private int lines;

        private Copy(Path original, Manifest manifest, Derivation derivation, BundleFolder folder) {
            this.original = original;
            this.manifest = manifest;
            this.derivation = derivation;
            this.folder = folder;
        }

        private boolean isFiltered() {
            return derivation.shape() == Derivation.Shape.FILTERED;
        }
    }

    /**
     * Writes the copy of one bundle, or adopts what is there of it.
     *
     * @param original folder of a canonical bundle
     * @param root what the names of the copy's objects begin with
     * @return lines in the copy
     * @throws BundleException if the original is not a canonical bundle, or not what its manifest says
     * @throws LedgerIntegrityException if something else lies where the copy is to be
     * @throws IOException if it cannot be read, or the copy not be written
     */
    public int write(Path original, String root, Derivation.Shape shape, Derivation.Filter filter)
            throws IOException, BundleException {
        byte[] encoded = read(original, BundleLayout.MANIFEST, BundleLayout.MANIFEST_BYTES_MAX);
        Manifest manifest = Manifest.parse(encoded);
        if (manifest.derived().isPresent()) {
            throw new BundleException(original + " is a copy itself; name its original");
        }
        String directory = root + "/tenant=" + manifest.tenant() + "/"
                + BundleLayout.windowDir(manifest.window().start());
        Copy copy = new Copy(
                original,
                manifest,
                new Derivation(shape, Hash.sha256(encoded), filter),
                new BundleFolder(directory, store, Protection.NONE));
        for (Manifest.Chain chain : manifest.chains()) {
            data(copy, directory, chain);
        }
        documents(copy);
        return copy.lines;
    }

    private void data(Copy copy, String directory, Manifest.Chain chain) throws IOException, BundleException {
        LinePaths paths = new LinePaths(chain.firstSeq(), chain.frontier());
        String name = copy.manifest.tenant() + "-" + chain.partition();
        try (LineSpool spool = new LineSpool(scratch, name, BundleLayout.DATA_BYTES_MAX, Compressors.ofExporter())) {
            for (Manifest.DataFile file : copy.manifest.filesOf(chain)) {
                lines(copy, file, spool, paths);
            }
            if (!paths.finish().equals(chain.head())) {
                throw new BundleException(copy.original + ": the entries of chain " + copy.manifest.chainId(chain)
                        + " do not give the root that the manifest says");
            }
            for (SpooledFile file : spool.finish()) {
                add(copy, directory, BundleLayout.dataFile(chain.partition(), file.number()), file);
            }
        }
        if (copy.isFiltered() && !paths.paths().isEmpty()) {
            byte[] checkpoint =
                    read(copy.original, BundleLayout.chainCheckpoint(chain.partition()), SignedNote.SIZE_MAX);
            for (Map.Entry<Long, List<Hash>> path : paths.paths().entrySet()) {
                copy.folder.put(
                        BundleLayout.lineProof(chain.partition(), path.getKey()),
                        TlogProof.of(path.getKey(), path.getValue(), checkpoint).encode());
            }
        }
    }

    private void add(Copy copy, String directory, String name, SpooledFile file) throws IOException {
        String stored = name + BundleLayout.STORED_SUFFIX;
        ObjectName object = ObjectName.in(directory, stored);
        if (store.putIfAbsent(object, file.compressed()) == PutOutcome.EXISTED) {
            Hash there = Evidence.digest(store, object, file.compressed().length())
                    .orElseThrow(() -> Evidence.vanished(object));
            if (!there.equals(file.compressed().sha256())) {
                throw new LedgerIntegrityException(
                        stored + " is there with other content; give the copy a folder of its own");
            }
        }
        copy.folder.add(new ExportRecord.StoredFile(
                stored, file.compressed().length(), file.compressed().sha256()));
        copy.data.add(new Manifest.DataFile(name, file.bytes(), file.lines(), file.sha256()));
    }

    private void lines(Copy copy, Manifest.DataFile file, LineSpool spool, LinePaths paths)
            throws IOException, BundleException {
        MessageDigest digest = Hash.newDigest();
        String stored = file.name() + BundleLayout.STORED_SUFFIX;
        long bytes = 0;
        try (InputStream in = new BufferedInputStream(new DigestInputStream(
                new ZstdInputStream(Files.newInputStream(copy.original.resolve(stored), LinkOption.NOFOLLOW_LINKS)),
                digest))) {
            for (byte[] line = line(in); line.length > 0; line = line(in)) {
                bytes += line.length + 1L;
                if (bytes > file.bytes()) {
                    break;
                }
                line(copy, line, spool, paths);
            }
        }
        if (bytes != file.bytes() || !Hash.of(digest.digest()).equals(file.sha256())) {
            throw new BundleException(copy.original + "/" + stored + " is not what the manifest says");
        }
    }

    /** Without its LF; empty at the end. */
    private static byte[] line(InputStream in) throws IOException, BundleException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
            if (line.size() > BundleLayout.LINE_BYTES_MAX) {
                throw new BundleException("a line of more than " + BundleLayout.LINE_BYTES_MAX + " bytes");
            }
        }
        return line.toByteArray();
    }

    private static void line(Copy copy, byte[] line, LineSpool spool, LinePaths paths)
            throws IOException, BundleException {
        Hash leaf = Rfc6962.leafHash(BundleLine.cutEntry(line));
        if (!copy.isFiltered()) {
            spool.append(CompactLine.of(line));
            paths.append(leaf, false);
            copy.lines++;
            return;
        }
        BundleLine parsed = BundleLine.parse(line);
        boolean kept = copy.derivation.filter().keeps(parsed);
        paths.append(leaf, kept);
        if (kept) {
            copy.lines++;
            if (copy.lines > LINES_MAX) {
                throw new BundleException("the filter keeps more than " + LINES_MAX + " lines of " + copy.original
                        + ", each with a file of its own; make it narrower, or take shape compact");
            }
            spool.append(line);
            BundleLine.payloadOf(parsed.entry())
                    .flatMap(PayloadRef::schema)
                    .ifPresent(schema -> copy.schemas.add(schema.sha256()));
        }
    }

    private void documents(Copy copy) throws IOException, BundleException {
        List<Hash> schemas = copy.isFiltered() ? List.copyOf(copy.schemas) : copy.manifest.schemas();
        for (Hash schema : schemas) {
            verbatim(copy, BundleLayout.schema(schema), SCHEMA_BYTES_MAX);
        }
        byte[] proofs = read(copy.original, BundleLayout.REGISTRY_PROOFS, BundleLayout.PROOFS_BYTES_MAX);
        for (RegistryProofs.Head head : RegistryProofs.parse(proofs).heads()) {
            verbatim(copy, BundleLayout.chainCheckpoint(head.chain().partition()), SignedNote.SIZE_MAX);
        }
        copy.folder.put(BundleLayout.REGISTRY_PROOFS, proofs);
        byte[] manifest =
                copy.manifest.derive(copy.derivation, copy.data, schemas).encode();
        copy.folder.put(BundleLayout.MANIFEST, manifest);
        Instant end = copy.manifest.window().end();
        Seal seal = keys.seal(end);
        copy.folder.put(BundleLayout.MANIFEST_SIGNATURE, seal.manifestSignature(manifest));
        ExportRecord.Retention notKept = new ExportRecord.Retention("", 0, "none", end, false);
        copy.folder.put(
                BundleLayout.EXPORT,
                new ExportRecord(copy.folder.files(), notKept, software, Optional.empty()).encode());
        requireListable(copy.original, copy.folder.digests());
        copy.folder.put(BundleLayout.DSSE, seal.envelope(copy.folder.digests()));
        copy.folder.put(BundleLayout.SUMS, Sha256Sums.encode(copy.folder.digests()));
        verbatim(copy, BundleLayout.CHECKPOINT, SignedNote.SIZE_MAX);
    }

    /**
     * Refuses what the verifier would. Of the three lists the envelope is the longest: its statement is in base64. How many
     * files go into it depends on the length of their names.
     */
    static void requireListable(Path original, SortedMap<String, Hash> files) throws BundleException {
        long statement = new Statement(files).encode().length;
        if ((statement + 2) / 3 * 4 + ENVELOPE_BYTES_MAX > BundleLayout.LIST_BYTES_MAX) {
            throw new BundleException("a copy of " + original + " would have " + files.size()
                    + " files, and bundle.dsse.json, which lists them, more than " + BundleLayout.LIST_BYTES_MAX
                    + " bytes; make the filter narrower, or take shape compact");
        }
    }

    private static void verbatim(Copy copy, String path, int bytesMax) throws IOException, BundleException {
        copy.folder.put(path, read(copy.original, path, bytesMax));
    }

    private static byte[] read(Path folder, String path, int bytesMax) throws IOException, BundleException {
        try (InputStream in = Files.newInputStream(folder.resolve(path), LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new BundleException(folder + "/" + path + " is over its limit of " + bytesMax + " bytes");
            }
            return bytes;
        }
    }
}
