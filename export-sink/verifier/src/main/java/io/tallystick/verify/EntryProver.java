// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.EntryProof;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.note.TlogProof;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Cuts one entry out of a bundle, with everything that shows it was in the ledger. Reads the chain's data files of one
 * window once, as streams. It takes what the bundle says; whether that holds is for {@link ProofVerifier}, which the
 * command line asks before it writes anything.
 *
 * <p>Thread-safe: it has no state.
 */
public final class EntryProver {
    private EntryProver() {}

    /**
     * Cuts the entry out of the committed bundle that holds it. Bundles that cannot be read are passed over: another one
     * may hold it.
     *
     * @param target a bundle, a tenant's folder, a bucket, or a zip archive of one of them
     * @throws NoSuchEntryException if no committed bundle here holds it, or more than one entry has the id
     * @throws BundleException if none holds it and some could not be read, or do not give the root of their checkpoint;
     *     or the archive is not one that is unpacked
     */
    public static EntryProof cut(Path target, WantedEntry wanted)
            throws IOException, BundleException, NoSuchEntryException {
        return cut(target, wanted, name -> true);
    }

    /**
     * As {@link #cut(Path, WantedEntry)} for whoever knows which receipts count.
     *
     * @param counted whether a receipt of this name does; others come along as long as there is room, and hinder nothing
     * @throws BundleException also if more receipts that count lie there than a proof may carry, or larger ones
     */
    public static EntryProof cut(Path target, WantedEntry wanted, Predicate<ReceiptNames.Parsed> counted)
            throws IOException, BundleException, NoSuchEntryException {
        return in(target, folder -> {
            Cut cut = find(folder, wanted);
            Optional<Path> bucket = bucketOf(cut.folder(), cut.manifest());
            if (bucket.isEmpty()) {
                return cut.proof();
            }
            Manifest manifest = cut.manifest();
            return cut.proof()
                    .withAnchors(CarriedReceipts.of(
                            bucket.get(),
                            manifest.window().start(),
                            manifest.registry().size(),
                            counted));
        });
    }

    /**
     * Cuts the same entry out, with the first later registry checkpoint that contains its bundle's, has receipts, and is
     * accepted: where those of the bundle's own are too few. The registry's leaves lead there, so the bundle must lie in its
     * bucket, or in an archive of one. Offered are checkpoints whose receipts, by their names, are what is wanted: at most
     * {@value AnchorCheck#COVERS_MAX} that prove a time, and as many that prove none.
     *
     * @param wanted which receipts a proof needs to be accepted, see {@link ListedReceipts}
     * @param accepted whether a proof does
     * @return empty if none is accepted, or the leaves lead to none
     * @throws NoSuchEntryException as {@link #cut(Path, WantedEntry)}
     * @throws BundleException as {@link #cut(Path, WantedEntry, Predicate)}
     */
    public static Optional<EntryProof> cutCovered(
            Path target, WantedEntry entry, WantedReceipts wanted, Predicate<EntryProof> accepted)
            throws IOException, BundleException, NoSuchEntryException {
        return in(target, folder -> {
            Cut own = find(folder, entry);
            Optional<Path> bucket = bucketOf(own.folder(), own.manifest());
            return bucket.isEmpty() ? Optional.empty() : CoveredProof.first(bucket.get(), own, wanted, accepted);
        });
    }

    /**
     * What was cut out.
     *
     * @param folder of the bundle
     * @param proof without what others said
     */
    record Cut(Path folder, Manifest manifest, EntryProof proof) {}

    private interface Search<T> {
        T run(Path folder) throws IOException, BundleException, NoSuchEntryException;
    }

    private static <T> T in(Path target, Search<T> search) throws IOException, BundleException, NoSuchEntryException {
        if (Files.isDirectory(target)) {
            return search.run(target);
        }
        if (!UnpackedZip.isZip(target)) {
            throw Files.exists(target)
                    ? new FileSystemException(target.toString(), null, "it is not a folder or a zip archive")
                    : new NoSuchFileException(target.toString());
        }
        try (UnpackedZip unpacked = UnpackedZip.of(target)) {
            return search.run(unpacked.folder());
        } catch (ZipFault e) {
            throw new BundleException(target + ": " + e.getMessage(), e);
        }
    }

    private static Cut find(Path target, WantedEntry wanted) throws IOException, BundleException, NoSuchEntryException {
        List<Cut> found = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        for (Target.Tenant tenant : Target.of(bucketIn(target)).tenants()) {
            if (tenant.name().isEmpty() || wanted.mayBeOf(tenant.name().get())) {
                find(tenant, wanted, found, unread);
            }
        }
        if (found.size() > 1) {
            throw ambiguous(
                    wanted, found.stream().map(cut -> place(cut.proof().line())).toList());
        }
        if (!found.isEmpty()) {
            return found.get(0);
        }
        if (!unread.isEmpty()) {
            throw new BundleException("no committed bundle that can be read holds " + wanted + "; of those that may, "
                    + unread.size() + " cannot be used, first " + unread.get(0));
        }
        throw new NoSuchEntryException("no committed bundle here holds " + wanted);
    }

    /** The bucket in an evidence archive, whose list of digests lies beside it; a proof stands for itself, wherever it is from. */
    private static Path bucketIn(Path target) {
        Path inside = target.resolve(BundleLayout.ROOT);
        return RegistryFolder.isDirectory(inside) && !Files.exists(target.resolve(BundleLayout.CHECKPOINT))
                ? inside
                : target;
    }

    private static void find(Target.Tenant tenant, WantedEntry wanted, List<Cut> found, List<String> unread)
            throws NoSuchEntryException {
        for (Path folder : tenant.bundles().stream().sorted().toList()) {
            if (wanted.isOnePlace() && !found.isEmpty()) {
                return;
            }
            Optional<Instant> named =
                    BundleLayout.windowStart(Target.nameOf(folder.getParent()), Target.nameOf(folder));
            if (!named.map(wanted::mayBeAt).orElse(true)) {
                continue;
            }
            try {
                cut(folder, wanted, found);
            } catch (BundleException | IOException e) {
                unread.add(folder.getFileName() + ": " + e.getMessage());
            }
        }
    }

    private static void cut(Path folder, WantedEntry wanted, List<Cut> found)
            throws IOException, BundleException, NoSuchEntryException {
        Manifest manifest = manifest(folder);
        if (manifest.derived().isPresent()) {
            throw new BundleException("a copy that leaves something out; its original, manifest "
                    + manifest.derived().get().from() + ", proves its entries");
        }
        if (!wanted.mayBeAt(manifest.window().start())) {
            return;
        }
        for (Manifest.Chain chain : manifest.chains()) {
            if (!chain.isIdle() && wanted.mayBeIn(manifest.chainId(chain), chain)) {
                cut(folder, manifest, chain, wanted).ifPresent(proof -> found.add(new Cut(folder, manifest, proof)));
            }
        }
    }

    private static NoSuchEntryException ambiguous(WantedEntry wanted, List<String> places) {
        return new NoSuchEntryException("more than one entry is " + wanted + ": " + String.join(", ", places));
    }

    private static String place(BundleLine line) {
        return line.entry().chain() + " seq " + line.entry().seq();
    }

    private static Manifest manifest(Path folder) throws IOException, BundleException {
        return Manifest.parse(read(folder, BundleLayout.MANIFEST));
    }

    private static byte[] read(Path folder, String name) throws IOException, BundleException {
        int max = Documents.bytesMax(name);
        try (InputStream in = RegularFile.open(folder.resolve(name))) {
            byte[] bytes = in.readNBytes(max + 1);
            if (bytes.length > max) {
                throw new BundleException(folder + "/" + name + " is over its limit of " + max + " bytes");
            }
            return bytes;
        }
    }

    private static Optional<EntryProof> cut(Path folder, Manifest manifest, Manifest.Chain chain, WantedEntry wanted)
            throws IOException, BundleException, NoSuchEntryException {
        EntrySearch search = new EntrySearch(folder, manifest, chain, wanted);
        search.run();
        if (search.line().isEmpty()) {
            return Optional.empty();
        }
        if (!search.others().isEmpty()) {
            List<String> places = new ArrayList<>(List.of(place(search.line().get())));
            search.others().forEach(other -> places.add(place(other)));
            throw ambiguous(wanted, places);
        }
        if (!search.path().head().equals(chain.head())) {
            throw new BundleException("the entries of " + manifest.chainId(chain) + " in " + folder
                    + " do not give the root that the manifest says");
        }
        return Optional.of(proof(folder, manifest, chain, search));
    }

    private static EntryProof proof(Path folder, Manifest manifest, Manifest.Chain chain, EntrySearch search)
            throws IOException, BundleException {
        RegistryProofs registry = RegistryProofs.parse(read(folder, BundleLayout.REGISTRY_PROOFS));
        RegistryProofs.Head head = registry.heads().stream()
                .filter(candidate -> candidate.chain().equals(manifest.chainId(chain)))
                .findFirst()
                .orElseThrow(() -> new BundleException("no head of " + manifest.chainId(chain) + " in " + folder + "/"
                        + BundleLayout.REGISTRY_PROOFS));
        byte[] chainNote = note(folder, BundleLayout.chainCheckpoint(chain.partition()));
        byte[] registryNote = note(folder, BundleLayout.CHECKPOINT);
        RegistryProofs.Window window = registry.window();
        try {
            return new EntryProof(
                    search.line().orElseThrow(),
                    TlogProof.of(search.index(), search.path().proof(), chainNote),
                    TlogProof.of(head.index(), head.proof(), registryNote),
                    TlogProof.of(window.index(), window.proof(), registryNote),
                    window.leaf(),
                    manifest.blind(),
                    List.of());
        } catch (IllegalArgumentException e) {
            throw new BundleException("the parts of the proof do not fit: " + e.getMessage(), e);
        }
    }

    private static byte[] note(Path folder, String name) throws IOException, BundleException {
        byte[] bytes = read(folder, name);
        try {
            Checkpoint.parse(SignedNote.parse(bytes).text());
            return bytes;
        } catch (NoteException e) {
            throw new BundleException(folder + "/" + name + ": " + e.getMessage(), e);
        }
    }

    /** The folder that holds {@code v1}, if the bundle lies where it belongs in one. */
    private static Optional<Path> bucketOf(Path folder, Manifest manifest) {
        String place =
                BundleLayout.bundleDir(manifest.tenant(), manifest.window().start());
        Path bucket = folder.toAbsolutePath();
        if (!bucket.endsWith(place)) {
            return Optional.empty();
        }
        for (int i = 0; i < Path.of(place).getNameCount(); i++) {
            bucket = bucket.getParent();
        }
        return Optional.of(bucket);
    }
}
