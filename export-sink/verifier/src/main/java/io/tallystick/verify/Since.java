// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.note.TrustedVerifier;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * From where on to verify: what an earlier verification ended with. A registry checkpoint holds for every tenant; a
 * transcript holds for the tenants in it, and says which manifest the next bundle must name as its previous.
 */
final class Since {
    private final Optional<Point> all;
    private final Map<String, Point> tenants;
    private final Optional<String> unfit;

    /**
     * Where an earlier verification ended.
     *
     * @param manifest digest of the tenant's last manifest, if known
     * @param signers keys the registry's checkpoint is signed by; empty if none is to be relied on here
     */
    record Point(TreeHead registry, Optional<Hash> manifest, List<TrustedKey> signers) {
        Point {
            signers = List.copyOf(signers);
        }

        /** Whether a signer's key was valid when the checkpoint's window ended; true where no signature counts. */
        boolean isSignedAt(Instant windowEnd) {
            return signers.isEmpty()
                    || signers.stream().anyMatch(key -> key.standing(windowEnd) == TrustedKey.Standing.VALID);
        }
    }

    /** @param unfit why it is nothing to build the verification of a bucket on */
    private Since(Optional<Point> all, Map<String, Point> tenants, Optional<String> unfit) {
        this.all = all;
        this.tenants = Map.copyOf(tenants);
        this.unfit = unfit;
    }

    /** Everything is to be verified. */
    static Since beginning() {
        return new Since(Optional.empty(), Map.of(), Optional.empty());
    }

    static Since read(Path file, TrustInput trust) throws IOException, SinceException {
        if (Files.isDirectory(file)) {
            throw new SinceException(ExitCode.USAGE, file + " is a folder, not a checkpoint or a transcript");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(1);
            boolean transcript = in.read() == '{';
            in.reset();
            return transcript
                    ? transcript(file, in, trust)
                    : checkpoint(file, in.readNBytes(SignedNote.SIZE_MAX + 1), trust);
        }
    }

    private static Since checkpoint(Path file, byte[] bytes, TrustInput trust) throws SinceException {
        try {
            Documents.Note note = Documents.note(file.toString(), bytes);
            List<TrustedKey> signers = List.of();
            if (trust.root().isPresent()) {
                TrustRoot root = trust.root().get();
                if (!root.ledger().equals(note.checkpoint().origin())) {
                    throw new SinceException(
                            ExitCode.USAGE,
                            file + " is not a registry checkpoint of " + root.ledger() + ", but of "
                                    + note.checkpoint().origin());
                }
                signers = TrustedVerifier.verify(note.signed(), TrustedVerifier.forOrigin(root, root.ledger())).stream()
                        .map(TrustedVerifier::key)
                        .filter(key -> key.standing(key.notBefore()) == TrustedKey.Standing.VALID)
                        .toList();
                if (signers.isEmpty()) {
                    throw new SinceException(
                            ExitCode.UNTRUSTED,
                            file + " is signed only by keys that the trust root lists as compromised or revoked");
                }
            }
            Point point = new Point(note.checkpoint().head(), Optional.empty(), signers);
            return new Since(Optional.of(point), Map.of(), Optional.empty());
        } catch (NoteException e) {
            int code = e.fault() == NoteException.Fault.MALFORMED ? ExitCode.USAGE : ExitCode.UNTRUSTED;
            throw new SinceException(code, file + " is not a checkpoint to rely on: " + e.getMessage());
        }
    }

    /** Where the last bundle of each tenant in a transcript ended. */
    private static final class Ends implements TranscriptReader.Visitor {
        private final Map<String, Point> tenants = new HashMap<>();
        private Optional<String> fault = Optional.empty();

        @Override
        public void bundle(JsonObject bundle) {
            try {
                JsonObject registry = bundle.object("registry");
                TreeHead head = new TreeHead(registry.natural("size"), Hash.parseHex(registry.string("root")));
                Point point = new Point(head, Optional.of(Hash.parseHex(bundle.string("manifest"))), List.of());
                tenants.merge(
                        bundle.string("tenant"),
                        point,
                        (a, b) -> a.registry().size() > b.registry().size() ? a : b);
            } catch (JsonException | IllegalArgumentException e) {
                fault = fault.or(() -> Optional.of(String.valueOf(e.getMessage())));
            }
        }

        /** That of a run that did not end well has bundles with less: which run it is comes first. */
        void requireWhole() {
            if (fault.isPresent()) {
                throw new IllegalArgumentException(fault.get());
            }
        }
    }

    private static Since transcript(Path file, InputStream in, TrustInput trust) throws IOException, SinceException {
        try {
            Ends ends = new Ends();
            JsonObject transcript = TranscriptReader.read(in, ends);
            if (!transcript.string("format").equals(JsonReport.FORMAT)) {
                throw new SinceException(ExitCode.USAGE, file + " is not a transcript of 'tally verify'");
            }
            if (transcript.longValue("exitCode") != ExitCode.VALID) {
                throw new SinceException(
                        ExitCode.USAGE,
                        file + " is of a verification with exit code " + transcript.longValue("exitCode")
                                + ": nothing can be built on it");
            }
            Optional<String> used = transcript.optionalString("trustRoot");
            Optional<String> inUse = trust.root().map(root -> root.fingerprint().toString());
            if (inUse.isPresent() && !used.equals(inUse)) {
                throw new SinceException(
                        ExitCode.USAGE,
                        file + " is of a verification with trust root " + used.orElse("absent") + ", not "
                                + inUse.get());
            }
            String kind = transcript.optionalString("kind").orElse("unknown");
            Optional<String> unfit = kind.equals(Target.Kind.BUCKET.toString())
                    ? Optional.empty()
                    : Optional.of(file + " is a transcript of a target of kind " + kind
                            + ": to go on with a bucket takes the transcript of a bucket");
            transcript.array("bundles");
            ends.requireWhole();
            return new Since(Optional.empty(), ends.tenants, unfit);
        } catch (JsonException | IllegalArgumentException e) {
            throw new SinceException(ExitCode.USAGE, file + " is not a transcript: " + e.getMessage());
        }
    }

    /** Where the tenant's verification goes on; absent if it begins. */
    Optional<Point> of(String tenant) {
        return all.or(() -> Optional.ofNullable(tenants.get(tenant)));
    }

    /** Whether the bundle with this manifest is of a window that was covered. */
    boolean covers(Manifest manifest) {
        return of(manifest.tenant())
                .filter(point -> manifest.registry().size() <= point.registry().size())
                .isPresent();
    }

    /** Who verified one tenant has not seen the others. */
    void requireFor(Target.Kind kind) throws SinceException {
        if (kind == Target.Kind.BUCKET && unfit.isPresent()) {
            throw new SinceException(ExitCode.USAGE, unfit.get());
        }
    }

    /** The registry's size up to which its leaves were gone through for every tenant. */
    OptionalLong registrySize() {
        return Stream.concat(all.stream(), tenants.values().stream())
                .map(Point::registry)
                .min(Comparator.comparingLong(TreeHead::size))
                .map(head -> OptionalLong.of(head.size()))
                .orElse(OptionalLong.empty());
    }
}
