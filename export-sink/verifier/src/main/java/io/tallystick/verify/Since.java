// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.note.NoteException;
import io.tallystick.note.TrustedVerifier;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * From where on to verify: what an earlier verification ended with. A registry checkpoint holds for every tenant; a
 * transcript holds for the tenants in it, and says which manifest the next bundle must name as its previous.
 */
final class Since {
    private static final int TRANSCRIPT_BYTES_MAX = 256 * 1024 * 1024;
    private static final int DEPTH_MAX = 16;

    private final Optional<Point> all;
    private final Map<String, Point> tenants;

    /**
     * Where an earlier verification ended.
     *
     * @param manifest digest of the tenant's last manifest, if known
     */
    record Point(TreeHead registry, Optional<Hash> manifest) {}

    /** The file cannot be relied on, with the exit code that means. */
    static final class SinceException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int exitCode;

        SinceException(int exitCode, String message) {
            super(message);
            this.exitCode = exitCode;
        }

        int exitCode() {
            return exitCode;
        }
    }

    private Since(Optional<Point> all, Map<String, Point> tenants) {
        this.all = all;
        this.tenants = Map.copyOf(tenants);
    }

    /** Everything is to be verified. */
    static Since beginning() {
        return new Since(Optional.empty(), Map.of());
    }

    static Since read(Path file, TrustInput trust) throws IOException, SinceException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(TRANSCRIPT_BYTES_MAX + 1);
        }
        if (bytes.length > TRANSCRIPT_BYTES_MAX) {
            throw new SinceException(ExitCode.USAGE, file + " is too large for a checkpoint or transcript");
        }
        return bytes.length > 0 && bytes[0] == '{' ? transcript(file, bytes) : checkpoint(file, bytes, trust);
    }

    private static Since checkpoint(Path file, byte[] bytes, TrustInput trust) throws SinceException {
        try {
            Documents.Note note = Documents.note(file.toString(), bytes);
            if (trust.root().isPresent()) {
                TrustRoot root = trust.root().get();
                if (!root.ledger().equals(note.checkpoint().origin())) {
                    throw new SinceException(
                            ExitCode.USAGE,
                            file + " is not a registry checkpoint of " + root.ledger() + ", but of "
                                    + note.checkpoint().origin());
                }
                TrustedVerifier.verify(note.signed(), TrustedVerifier.forOrigin(root, root.ledger()));
            }
            return new Since(Optional.of(new Point(note.checkpoint().head(), Optional.empty())), Map.of());
        } catch (NoteException e) {
            int code = e.fault() == NoteException.Fault.MALFORMED ? ExitCode.USAGE : ExitCode.UNTRUSTED;
            throw new SinceException(code, file + " is not a checkpoint to rely on: " + e.getMessage());
        }
    }

    private static Since transcript(Path file, byte[] bytes) throws SinceException {
        try {
            if (!(JsonParser.parse(bytes, DEPTH_MAX) instanceof JsonObject transcript)
                    || !transcript.string("format").equals(JsonReport.FORMAT)) {
                throw new SinceException(ExitCode.USAGE, file + " is not a transcript of 'tally verify'");
            }
            if (transcript.longValue("exitCode") != ExitCode.VALID) {
                throw new SinceException(
                        ExitCode.USAGE,
                        file + " is of a verification with exit code " + transcript.longValue("exitCode")
                                + ": nothing can be built on it");
            }
            Map<String, Point> tenants = new HashMap<>();
            for (JsonObject bundle : transcript.array("bundles").objects()) {
                JsonObject registry = bundle.object("registry");
                TreeHead head = new TreeHead(registry.natural("size"), Hash.parseHex(registry.string("root")));
                Point point = new Point(head, Optional.of(Hash.parseHex(bundle.string("manifest"))));
                tenants.merge(
                        bundle.string("tenant"),
                        point,
                        (a, b) -> a.registry().size() > b.registry().size() ? a : b);
            }
            return new Since(Optional.empty(), tenants);
        } catch (JsonException | IllegalArgumentException e) {
            throw new SinceException(ExitCode.USAGE, file + " is not a transcript: " + e.getMessage());
        }
    }

    /** Where the tenant's verification goes on; absent if it begins. */
    Optional<Point> of(String tenant) {
        return all.or(() -> Optional.ofNullable(tenants.get(tenant)));
    }

    /** The registry's size up to which its leaves were gone through. */
    OptionalLong registrySize() {
        return Stream.concat(all.stream(), tenants.values().stream())
                .map(Point::registry)
                .max(Comparator.comparingLong(TreeHead::size))
                .map(head -> OptionalLong.of(head.size()))
                .orElse(OptionalLong.empty());
    }
}
