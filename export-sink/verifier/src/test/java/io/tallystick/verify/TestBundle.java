// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.SlowTree.hex;
import static io.tallystick.verify.SlowTree.sha256;
import static io.tallystick.verify.Text.bytes;
import static io.tallystick.verify.Text.json;
import static io.tallystick.verify.Text.object;

import com.github.luben.zstd.Zstd;
import io.tallystick.trust.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A bundle's folder, to be written, and to be tampered with. */
final class TestBundle {
    final Path folder;

    TestBundle(Path folder) {
        this.folder = folder;
    }

    byte[] read(String path) throws IOException {
        return Files.readAllBytes(folder.resolve(path));
    }

    String text(String path) throws IOException {
        return Text.string(read(path));
    }

    void write(String path, byte[] content) throws IOException {
        Files.createDirectories(folder.resolve(path).getParent());
        Files.write(folder.resolve(path), content);
    }

    void delete(String path) throws IOException {
        Files.delete(folder.resolve(path));
    }

    /** Replaces the first occurrence; the text must be there. */
    TestBundle replace(String path, String old, String replacement) throws IOException {
        String text = text(path);
        int at = text.indexOf(old);
        if (at < 0) {
            throw new IllegalStateException(path + " does not hold " + old + ": " + text);
        }
        write(path, bytes(text.substring(0, at) + replacement + text.substring(at + old.length())));
        return this;
    }

    /** Changes one hex digit after the first occurrence of a text. */
    TestBundle flipHexAfter(String path, String before) throws IOException {
        String text = text(path);
        int at = text.indexOf(before) + before.length();
        char flipped = text.charAt(at) == '0' ? '1' : '0';
        write(path, bytes(text.substring(0, at) + flipped + text.substring(at + 1)));
        return this;
    }

    TestBundle flipByte(String path, int index) throws IOException {
        byte[] content = read(path);
        int at = index < 0 ? content.length + index : index;
        content[at] ^= 1;
        write(path, content);
        return this;
    }

    List<String> lines(String data) throws IOException {
        byte[] stored = read(data);
        byte[] content = Zstd.decompress(stored, (int) Zstd.getFrameContentSize(stored));
        return new ArrayList<>(Arrays.asList(Text.string(content).split("\n", -1)));
    }

    /** Changes the content and compresses it again; what the manifest says stays. */
    TestBundle edit(String data, UnaryOperator<List<String>> change) throws IOException {
        write(data, Zstd.compress(bytes(String.join("\n", change.apply(lines(data))))));
        return this;
    }

    TestBundle editLine(String data, int index, String old, String replacement) throws IOException {
        return edit(data, lines -> {
            String line = lines.get(index);
            if (!line.contains(old)) {
                throw new IllegalStateException("line does not hold " + old + ": " + line);
            }
            lines.set(index, line.replace(old, replacement));
            return lines;
        });
    }

    /** Makes the manifest say of a data file what is true now. */
    TestBundle describe(String data) throws IOException {
        String name = data.substring(0, data.length() - 4);
        byte[] stored = read(data);
        byte[] content = Zstd.decompress(stored, (int) Zstd.getFrameContentSize(stored));
        long lines = Text.string(content).chars().filter(c -> c == '\n').count();
        String manifest = text("manifest.json")
                .replaceAll(
                        "\\{\"bytes\":[0-9]+,\"lines\":[0-9]+,\"name\":\"" + name + "\",\"sha256\":\"[0-9a-f]+\"\\}",
                        json(object(
                                "bytes",
                                content.length,
                                "lines",
                                lines,
                                "name",
                                name,
                                "sha256",
                                hex(sha256(content)))));
        write("manifest.json", bytes(manifest));
        return this;
    }

    private Map<String, byte[]> files(Set<String> without) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString();
                if (!without.contains(name)) {
                    files.put(name, Files.readAllBytes(path));
                }
            }
        }
        return files;
    }

    /** Writes export.json, both signatures and SHA256SUMS over what lies there, retention of 30 days. */
    TestBundle seal(SigningKey key, Instant until) throws IOException {
        List<Object> stored = new ArrayList<>();
        write("manifest.sig", key.sign(read("manifest.json")));
        files(Set.of("export.json", "bundle.dsse.json", "SHA256SUMS", "checkpoint"))
                .forEach((name, content) ->
                        stored.add(object("bytes", content.length, "name", name, "sha256", hex(sha256(content)))));
        String untilText = time(until);
        write(
                "export.json",
                bytes(json(object(
                        "files", stored,
                        "retention",
                                object(
                                        "class",
                                        "standard",
                                        "days",
                                        30,
                                        "legalHold",
                                        false,
                                        "mode",
                                        "none",
                                        "until",
                                        untilText),
                        "software", object("commit", "0123abc", "version", "0.1.0")))));
        return sealStatement(key);
    }

    /** What export.json promises of the store's lock. */
    void lock(String mode, Instant until) throws IOException {
        write(
                "export.json",
                bytes(text("export.json")
                        .replaceFirst(
                                "\"mode\":\"[a-z]*\",\"until\":\"[^\"]*\"\\},\"software",
                                lockText(mode, until) + "},\"software")));
    }

    /** Says in export.json that the bundle is under a legal hold. */
    void promiseHold() throws IOException {
        write("export.json", bytes(text("export.json").replace("\"legalHold\":false", "\"legalHold\":true")));
    }

    /** What export.json tells of the lock of the bundle before. */
    void previousLock(TestBundle before, String mode, Instant until) throws IOException {
        replace(
                "export.json",
                "\"retention\":",
                "\"previousLock\":{\"manifest\":\"" + hex(sha256(before.read("manifest.json"))) + "\","
                        + lockText(mode, until) + ",\"versionId\":\"v1\"},\"retention\":");
    }

    private static String lockText(String mode, Instant until) {
        return "\"mode\":\"" + mode + "\",\"until\":\"" + time(until) + "\"";
    }

    private static String time(Instant time) {
        return time.toString().replaceFirst("(:[0-9]{2})Z$", "$1.000Z");
    }

    /** Only DSSE and SHA256SUMS, over what lies there. */
    TestBundle sealStatement(SigningKey key) throws IOException {
        List<Object> subjects = new ArrayList<>();
        files(Set.of("bundle.dsse.json", "SHA256SUMS", "checkpoint"))
                .forEach((name, content) ->
                        subjects.add(object("digest", object("sha256", hex(sha256(content))), "name", name)));
        return envelope(
                key,
                json(object(
                        "_type",
                        "https://in-toto.io/Statement/v1",
                        "predicate",
                        object(),
                        "predicateType",
                        "https://tallystick.io/evidence-bundle/v1",
                        "subject",
                        subjects)));
    }

    TestBundle envelope(SigningKey key, String statement) throws IOException {
        return envelope(key, "application/vnd.in-toto+json", statement);
    }

    TestBundle envelope(SigningKey key, String type, String statement) throws IOException {
        byte[] payload = bytes(statement);
        ByteArrayOutputStream pae = new ByteArrayOutputStream();
        pae.writeBytes(bytes("DSSEv1 " + type.length() + " " + type + " " + payload.length + " "));
        pae.writeBytes(payload);
        write(
                "bundle.dsse.json",
                bytes(json(object(
                        "payload", Base64.getEncoder().encodeToString(payload),
                        "payloadType", type,
                        "signatures",
                                List.of(object(
                                        "keyid", hex(sha256(key.spki())),
                                        "sig", Base64.getEncoder().encodeToString(key.sign(pae.toByteArray()))))))));
        return sums();
    }

    /** SHA256SUMS over what lies there. */
    TestBundle sums() throws IOException {
        StringBuilder text = new StringBuilder();
        files(Set.of("SHA256SUMS", "checkpoint")).forEach((name, content) -> text.append(hex(sha256(content)))
                .append("  ")
                .append(name)
                .append('\n'));
        write("SHA256SUMS", bytes(text.toString()));
        return this;
    }

    String statement() throws IOException {
        String envelope = text("bundle.dsse.json");
        String payload = envelope.substring(12, envelope.indexOf('"', 12));
        return Text.string(Base64.getDecoder().decode(payload));
    }
}
