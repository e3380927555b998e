// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.CompactLine;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.bundle.Statement;
import io.tallystick.bundle.ZstdFrames;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Shows what an object of a bundle says, with the digests that others name it by. It reads strictly, but verifies
 * nothing: no signature, no proof, no commitment.
 */
public final class Inspector {
    private static final Pattern SHOWN = Pattern.compile(
            ".*\\.ndjson(\\.zst)?|checkpoint|chain-[0-9]{4}|(manifest|export|registry|bundle\\.dsse)\\.json");

    private Inspector() {}

    /** How pieces of evidence are shown: what each method is given has the form of its kind. */
    private interface Form {
        String line(byte[] line) throws BundleException;

        String leaf(byte[] leaf) throws BundleException;

        String manifest(byte[] manifest) throws BundleException;

        String document(String kind, byte[] json);

        String envelope(byte[] content, Dsse envelope);

        String checkpoint(byte[] note) throws BundleException;
    }

    private static final Form TEXT = new Form() {
        @Override
        public String line(byte[] line) throws BundleException {
            return Inspector.line(line);
        }

        @Override
        public String leaf(byte[] leaf) throws BundleException {
            return Inspector.leaf(leaf);
        }

        @Override
        public String manifest(byte[] manifest) throws BundleException {
            return Inspector.manifest(manifest);
        }

        @Override
        public String document(String kind, byte[] json) {
            return pretty(json) + digest(json);
        }

        @Override
        public String envelope(byte[] content, Dsse envelope) {
            return "payload type " + envelope.payloadType() + "\nkey id " + envelope.keyid() + "\n"
                    + pretty(envelope.payload().toByteArray())
                    + digest(content);
        }

        @Override
        public String checkpoint(byte[] note) throws BundleException {
            return Inspector.checkpoint(note) + digest(note);
        }
    };

    private static final Form JSON = new Form() {
        @Override
        public String line(byte[] line) throws BundleException {
            Inspector.line(line);
            return InspectedJson.line(line);
        }

        @Override
        public String leaf(byte[] leaf) throws BundleException {
            Inspector.leaf(leaf);
            return InspectedJson.leaf(leaf);
        }

        @Override
        public String manifest(byte[] manifest) throws BundleException {
            Inspector.manifest(manifest);
            return InspectedJson.document("manifest", manifest);
        }

        @Override
        public String document(String kind, byte[] json) {
            return InspectedJson.document(kind, json);
        }

        @Override
        public String envelope(byte[] content, Dsse envelope) {
            return InspectedJson.envelope(content, envelope);
        }

        @Override
        public String checkpoint(byte[] note) throws BundleException {
            return InspectedJson.checkpoint(note);
        }
    };

    /**
     * Shows a file by its name: manifest, export record, envelope, registry proofs, checkpoints, data files, leaves.
     *
     * @param line 1-based; which line of a data file or of the leaves
     * @throws BundleException if the content does not have the form its name promises
     * @throws NoSuchEntryException if the file has no such line
     */
    public static String file(Path file, long line) throws IOException, BundleException, NoSuchEntryException {
        return show(file, line, TEXT);
    }

    /** As {@link #file}, for programs: {@link InspectedJson} has the form. */
    public static String json(Path file, long line) throws IOException, BundleException, NoSuchEntryException {
        return show(file, line, JSON);
    }

    private static String show(Path file, long line, Form form)
            throws IOException, BundleException, NoSuchEntryException {
        String name = file.getFileName().toString();
        if (name.endsWith(BundleLayout.STORED_SUFFIX)) {
            return form.line(lineOf(file, line, true));
        }
        if (name.equals(BundleLayout.LEAVES)) {
            return form.leaf(lineOf(file, line, false));
        }
        if (name.endsWith(".ndjson")) {
            return form.line(lineOf(file, line, false));
        }
        byte[] content;
        try (InputStream in = RegularFile.openNamed(file)) {
            content = in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1);
        }
        return switch (name) {
            case BundleLayout.MANIFEST -> form.manifest(content);
            case BundleLayout.EXPORT -> {
                ExportRecord.parse(content);
                yield form.document("export", content);
            }
            case BundleLayout.DSSE -> {
                Dsse envelope = Dsse.parse(content);
                Statement.parse(envelope.payload().toByteArray());
                yield form.envelope(content, envelope);
            }
            case "registry.json" -> {
                RegistryProofs.parse(content);
                yield form.document("registry", content);
            }
            default -> form.checkpoint(content);
        };
    }

    /** Whether files of this name are shown; others have no form that is read here. */
    public static boolean isShown(Path file) {
        return SHOWN.matcher(Target.nameOf(file)).matches();
    }

    /** An entry's members and its leaf hash. */
    public static String entry(byte[] entry) throws BundleException {
        try {
            EntryCodec.decode(entry);
        } catch (EntryException e) {
            throw new BundleException(e.getMessage(), e);
        }
        return pretty(entry) + "leaf hash " + Rfc6962.leafHash(entry) + "\n";
    }

    /** A line: its entry, and what the entry commits to, as it stands there. */
    public static String line(byte[] line) throws BundleException {
        if (Arrays.equals(line, CompactLine.of(line))) {
            return entry(BundleLine.cutEntry(line))
                    + "nothing else: no payload or context, or the line of a compact copy\n";
        }
        BundleLine parsed = BundleLine.parse(line);
        StringBuilder text = new StringBuilder(entry(parsed.entryBytes().toByteArray()));
        parsed.context().ifPresent(opening -> {
            opening.bytes().ifPresent(bytes -> text.append("context ")
                    .append(utf8(bytes.toByteArray()))
                    .append('\n'));
            text.append("context salt ").append(opening.salt()).append('\n');
        });
        parsed.payload().ifPresent(opening -> {
            opening.bytes().ifPresent(bytes -> text.append("payload (")
                    .append(bytes.length())
                    .append(" bytes) ")
                    .append(printable(bytes.toByteArray()))
                    .append('\n'));
            text.append("payload salt ").append(opening.salt()).append('\n');
        });
        return text.toString();
    }

    /** A manifest and its digest, by which the next one names it. */
    public static String manifest(byte[] manifest) throws BundleException {
        Manifest.parse(manifest);
        return pretty(manifest) + digest(manifest);
    }

    private static String digest(byte[] content) {
        return "sha256 " + Hash.sha256(content) + "\n";
    }

    /** A checkpoint: origin, size, root, and who signed it. */
    public static String checkpoint(byte[] note) throws BundleException {
        try {
            SignedNote signed = SignedNote.parse(note);
            Checkpoint checkpoint = Checkpoint.parse(signed.text());
            StringBuilder text = new StringBuilder()
                    .append("origin ")
                    .append(checkpoint.origin())
                    .append("\nsize   ")
                    .append(checkpoint.head().size())
                    .append("\nroot   ")
                    .append(checkpoint.head().root())
                    .append('\n');
            for (NoteSignature signature : signed.signatures()) {
                text.append("signed ")
                        .append(signature)
                        .append(", ")
                        .append(signature.signature().length)
                        .append(" bytes, not verified here\n");
            }
            return text.toString();
        } catch (NoteException e) {
            throw new BundleException("not a checkpoint: " + e.getMessage(), e);
        }
    }

    /** A leaf of the registry and its leaf hash. */
    public static String leaf(byte[] leaf) throws BundleException {
        RegistryLeaf.parse(leaf);
        return pretty(leaf) + "leaf hash " + Rfc6962.leafHash(leaf) + "\n";
    }

    private static byte[] lineOf(Path file, long number, boolean compressed)
            throws IOException, BundleException, NoSuchEntryException {
        try (InputStream in = new BufferedInputStream(RegularFile.openNamed(file));
                InputStream content = compressed ? new ZstdInputStreamNoFinalizer(new ZstdFrames(in)) : in) {
            LineReader lines = new LineReader(content, BundleLayout.LINE_BYTES_MAX, BundleLayout.DATA_BYTES_MAX);
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (lines.lines() == number) {
                    return line;
                }
            }
            throw new NoSuchEntryException(file.getFileName() + " has " + lines.lines() + " lines, no line " + number);
        } catch (LineReader.LineException | ZstdFrames.FrameException | ZstdIOException e) {
            throw new BundleException(file.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String printable(byte[] bytes) {
        for (byte b : bytes) {
            if (b >= 0 && b < 0x20) {
                return "in hex " + HexFormat.of().formatHex(bytes);
            }
        }
        return utf8(bytes);
    }

    /** Indents minified JSON without touching a token. */
    private static String pretty(byte[] json) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        boolean string = false;
        String in = utf8(json);
        for (int i = 0; i < in.length(); i++) {
            char c = in.charAt(i);
            if (string) {
                text.append(c);
                if (c == '\\') {
                    text.append(in.charAt(++i));
                }
                string = c != '"';
            } else if (c == '{' || c == '[') {
                boolean empty = in.charAt(i + 1) == '}' || in.charAt(i + 1) == ']';
                text.append(c);
                if (empty) {
                    text.append(in.charAt(++i));
                } else {
                    indent(text, ++depth);
                }
            } else if (c == '}' || c == ']') {
                indent(text, --depth);
                text.append(c);
            } else if (c == ',') {
                text.append(c);
                indent(text, depth);
            } else {
                string = c == '"';
                text.append(c == ':' ? ": " : String.valueOf(c));
            }
        }
        return text.append('\n').toString();
    }

    private static void indent(StringBuilder text, int depth) {
        text.append('\n').append("  ".repeat(depth));
    }
}
