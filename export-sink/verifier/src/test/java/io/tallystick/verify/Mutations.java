// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.CHAINS;
import static io.tallystick.verify.Phase.DIGESTS;
import static io.tallystick.verify.Phase.ENTRIES;
import static io.tallystick.verify.Phase.STRUCTURE;
import static io.tallystick.verify.Phase.TREES;
import static io.tallystick.verify.Scenario.DATA;
import static io.tallystick.verify.Scenario.DATA3;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.tallystick.verify.MutationTest.Mutation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The tamperings with a bundle's own files, by the phase that must notice. */
final class Mutations {
    private Mutations() {}

    private static Mutation of(String name, Phase phase, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.FAILED, phase, message, tamper);
    }

    /** Changes the content of a data file, and lets the manifest and every signature say so: an insider's work. */
    private static MutationTest.Tamper insider(String data, Consumer<List<String>> change) {
        return t -> {
            t.acme(0).edit(data, lines -> {
                change.accept(lines);
                return lines;
            });
            t.acme(0).describe(data);
            t.reseal(t.acme(0));
            t.only(t.acme(0));
        };
    }

    private static MutationTest.Tamper line(int index, String old, String replacement) {
        return insider(DATA, lines -> {
            if (!lines.get(index).contains(old)) {
                throw new IllegalStateException("line does not hold " + old + ": " + lines.get(index));
            }
            lines.set(index, lines.get(index).replace(old, replacement));
        });
    }

    /** Changes the manifest of acme's window and signs it anew. */
    private static MutationTest.Tamper manifest(int window, String old, String replacement) {
        return t -> {
            t.acme(window).replace("manifest.json", old, replacement);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    private static MutationTest.Tamper manifestHex(int window, String before) {
        return t -> {
            t.acme(window).flipHexAfter("manifest.json", before);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    private static MutationTest.Tamper proofs(int window, String old, String replacement) {
        return t -> {
            t.acme(window).replace("proofs/registry.json", old, replacement);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    private static MutationTest.Tamper proofsHex(int window, String before) {
        return t -> {
            t.acme(window).flipHexAfter("proofs/registry.json", before);
            t.reseal(t.acme(window));
            t.only(t.acme(window));
        };
    }

    private static MutationTest.Tamper stored(byte[] content) {
        return t -> {
            t.acme(0).write(DATA, content);
            t.reseal(t.acme(0));
            t.only(t.acme(0));
        };
    }

    private static MutationTest.Tamper drop(String path) {
        return t -> t.acme(3).delete(path);
    }

    static Stream<Mutation> structure() {
        return Stream.of(
                of("manifest dropped", STRUCTURE, "manifest.json: the file is missing", drop("manifest.json")),
                of("manifest signature dropped", STRUCTURE, "manifest.sig: the file is missing", drop("manifest.sig")),
                of("export record dropped", STRUCTURE, "export.json: the file is missing", drop("export.json")),
                of("envelope dropped", STRUCTURE, "bundle.dsse.json: the file is missing", drop("bundle.dsse.json")),
                of("sums dropped", STRUCTURE, "SHA256SUMS: the file is missing", drop("SHA256SUMS")),
                of(
                        "proofs dropped",
                        STRUCTURE,
                        "proofs/registry.json: the file is missing",
                        drop("proofs/registry.json")),
                of("data file dropped", STRUCTURE, DATA + ": the file is missing", drop(DATA)),
                of(
                        "chain checkpoint dropped",
                        STRUCTURE,
                        "checkpoints/chain-0003: the file is missing",
                        drop("checkpoints/chain-0003")),
                of("schema dropped", STRUCTURE, ".avsc: the file is missing", t -> {
                    try (Stream<Path> schemas = Files.list(t.acme(3).folder.resolve("schemas"))) {
                        Files.delete(schemas.findFirst().orElseThrow());
                    }
                }),
                of("extra file", STRUCTURE, "extra.txt: a file that does not belong", t -> {
                    t.acme(0).write("extra.txt", new byte[] {1});
                    t.reseal(t.acme(0));
                }),
                of("extra chain checkpoint", STRUCTURE, "checkpoints/chain-0007: a file that does not belong", t -> {
                    t.acme(0).write("checkpoints/chain-0007", t.acme(0).read("checkpoints/chain-0003"));
                    t.reseal(t.acme(0));
                }),
                of("file with a name outside the format", STRUCTURE, "not a name a bundle's file can have", t -> t.acme(
                                0)
                        .write(".hidden", new byte[] {1})),
                of(
                        "symbolic link",
                        STRUCTURE,
                        "link: not a regular file",
                        t -> Files.createSymbolicLink(t.acme(0).folder.resolve("link"), t.trustRoot)),
                of("symbolic link in place of a file", STRUCTURE, "manifest.sig: not a regular file", t -> {
                    Files.move(t.acme(0).folder.resolve("manifest.sig"), t.folder.resolve("elsewhere"));
                    Files.createSymbolicLink(t.acme(0).folder.resolve("manifest.sig"), t.folder.resolve("elsewhere"));
                }),
                of(
                        "manifest with whitespace",
                        STRUCTURE,
                        "not in canonical form",
                        manifest(0, "{\"blind\"", "{ \"blind\"")),
                of(
                        "manifest with an extra member",
                        STRUCTURE,
                        "unknown member 'zzz'",
                        manifest(0, "\"window\":", "\"zzz\":1,\"window\":")),
                of(
                        "manifest with a duplicate member",
                        STRUCTURE,
                        "manifest.json",
                        manifest(0, "\"window\":", "\"tenant\":\"acme\",\"window\":")),
                of(
                        "manifest of another format",
                        STRUCTURE,
                        "format is 'tallystick/bundle/v2'",
                        manifest(0, "bundle/v1", "bundle/v2")),
                of(
                        "manifest of a derived copy",
                        STRUCTURE,
                        "member 'derived' is missing",
                        manifest(0, "canonical", "compact")),
                of(
                        "manifest with more lines in a file than may be",
                        STRUCTURE,
                        "chain-0000-00000.ndjson has 10000001 lines",
                        manifest(0, "\"lines\":6", "\"lines\":10000001")),
                of(
                        "manifest with a chain above the last possible",
                        STRUCTURE,
                        "partition is 10000, not in 0..9999",
                        manifest(0, "\"partition\":3", "\"partition\":10000")),
                of("manifest with more chains than may be", STRUCTURE, "lists 10001 chains", t -> {
                    t.acme(2).replace("manifest.json", "\"chains\":[", "\"chains\":[" + "{},".repeat(9_999));
                    t.reseal(t.acme(2));
                    t.only(t.acme(2));
                }),
                of("manifest with a negative size", STRUCTURE, "-6", manifest(0, "\"size\":6", "\"size\":-6")),
                of(
                        "manifest with a size over 2^53-1",
                        STRUCTURE,
                        "size",
                        manifest(0, "\"size\":6", "\"size\":9007199254740993")),
                of(
                        "manifest with counts that do not add up",
                        STRUCTURE,
                        "counts",
                        manifest(0, "\"event\":3", "\"event\":4")),
                of(
                        "manifest with an unknown kind",
                        STRUCTURE,
                        "unknown kind",
                        manifest(0, "\"event\":3", "\"evend\":3")),
                of(
                        "manifest with too short a frontier",
                        STRUCTURE,
                        "frontier hashes",
                        manifest(0, "\"firstSeq\":0", "\"firstSeq\":1")),
                of(
                        "manifest with a data name that leaves the folder",
                        STRUCTURE,
                        "not a data file",
                        manifest(0, "\"name\":\"chain-0000", "\"name\":\"../chain-0000")),
                of(
                        "manifest with a window that is none",
                        STRUCTURE,
                        "not a window",
                        manifest(0, "03:15:00.000Z", "03:16:00.000Z")),
                of("oversized manifest", STRUCTURE, "over its limit", t -> sparse(t, "manifest.json", 64L << 20)),
                of(
                        "oversized note",
                        STRUCTURE,
                        "checkpoint: the file is over its limit",
                        t -> sparse(t, "checkpoint", 64L << 10)),
                of(
                        "oversized signature",
                        STRUCTURE,
                        "manifest.sig: the file is over its limit",
                        t -> sparse(t, "manifest.sig", 256)),
                of(
                        "path traversal in the sums",
                        STRUCTURE,
                        "not a path inside a bundle: '../../../../etc/passwd'",
                        t -> t.acme(0).write("SHA256SUMS", Text.bytes("0".repeat(64) + "  ../../../../etc/passwd\n"))),
                of("absolute path in the sums", STRUCTURE, "not a path inside a bundle", t -> t.acme(0)
                        .write("SHA256SUMS", Text.bytes("0".repeat(64) + "  /etc/passwd\n"))),
                of("a path twice in the sums", STRUCTURE, "is not after", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums.substring(0, sums.indexOf('\n') + 1) + sums));
                }),
                of("sums in another style", STRUCTURE, "expected digest, two spaces, path", t -> t.acme(0)
                        .replace("SHA256SUMS", "  ", " *")),
                of("path traversal in the envelope", STRUCTURE, "not a path inside a bundle", t -> t.acme(0)
                        .envelope(
                                t.keys.bundle,
                                t.acme(0)
                                        .statement()
                                        .replace("\"name\":\"export.json\"", "\"name\":\"../export.json\""))),
                of("statement about something else", STRUCTURE, "predicateType", t -> t.acme(0)
                        .envelope(t.keys.bundle, t.acme(0).statement().replace("evidence-bundle/v1", "other/v1"))),
                of("statement with a predicate", STRUCTURE, "unknown member", t -> t.acme(0)
                        .envelope(
                                t.keys.bundle,
                                t.acme(0).statement().replace("\"predicate\":{}", "\"predicate\":{\"a\":1}"))),
                of("envelope of another payload type", STRUCTURE, "payloadType is not", t -> t.acme(0)
                        .envelope(t.keys.bundle, "text/plain", t.acme(0).statement())),
                of("envelope with two signatures", STRUCTURE, "2 signatures, expected 1", t -> {
                    String envelope = t.acme(0).text("bundle.dsse.json");
                    String signature = envelope.substring(envelope.indexOf("[{") + 1, envelope.indexOf("}]") + 1);
                    t.acme(0).replace("bundle.dsse.json", signature, signature + "," + signature);
                }),
                of("export record with a path outside", STRUCTURE, "not a path inside a bundle", t -> {
                    t.acme(0).replace("export.json", "\"name\":\"manifest.json\"", "\"name\":\"/manifest.json\"");
                    t.acme(0).sealStatement(t.keys.bundle);
                }),
                of(
                        "proof of 64 hashes",
                        STRUCTURE,
                        "proof of 64 hashes",
                        proofs(
                                0,
                                "\"consistency\":[]",
                                "\"consistency\":" + Text.json(Collections.nCopies(64, "0".repeat(64))))),
                of(
                        "proofs with an extra member",
                        STRUCTURE,
                        "unknown member 'zzz'",
                        proofs(0, "\"v\":1,\"window\":{\"index\"", "\"v\":1,\"zzz\":1,\"window\":{\"index\"")),
                of(
                        "proofs of another version",
                        STRUCTURE,
                        "v is 2",
                        proofs(0, "\"v\":1,\"window\":{\"index\"", "\"v\":2,\"window\":{\"index\"")),
                of("checkpoint that is no note", STRUCTURE, "checkpoint", t -> t.acme(0)
                        .write("checkpoint", Text.bytes("nothing\n"))),
                of("checkpoint with an extension line", STRUCTURE, "three lines", t -> t.acme(0)
                        .replace("checkpoint", "\n\n", "\nextension\n\n")));
    }

    private static void sparse(Tampering t, String path, long limit) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(t.acme(0).folder.resolve(path).toFile(), "rw")) {
            file.setLength(limit + 1);
        }
    }

    static Stream<Mutation> digests() {
        return Stream.of(
                of("digest in the sums changed", DIGESTS, "SHA256SUMS says", t -> t.acme(0)
                        .flipHexAfter("SHA256SUMS", "\n")),
                of("file left out of the sums", DIGESTS, "does not list bundle.dsse.json", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums.substring(sums.indexOf('\n') + 1)));
                }),
                of("sums name a file that is not there", DIGESTS, "listed in SHA256SUMS, but not there", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums + "0".repeat(64) + "  zzz\n"));
                }),
                of("sums name the checkpoint", DIGESTS, "lists checkpoint, which it must not", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    String line = SlowTree.hex(SlowTree.sha256(t.acme(0).read("checkpoint"))) + "  checkpoint\n";
                    int at = sums.indexOf('\n', sums.indexOf("chain-0003")) + 1;
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums.substring(0, at) + line + sums.substring(at)));
                }),
                of("export record changed after signing", DIGESTS, "export.json: bundle.dsse.json says", t -> t.acme(0)
                        .replace("export.json", "standard", "standart")
                        .sums()),
                of("export record with a wrong size", DIGESTS, "export.json says", t -> {
                    t.acme(0).replace("export.json", "\"files\":[{\"bytes\":", "\"files\":[{\"bytes\":1");
                    t.acme(0).sealStatement(t.keys.bundle);
                }),
                of("export record leaves a file out", DIGESTS, "export.json: does not list", t -> {
                    String export = t.acme(0).text("export.json");
                    int end = export.indexOf("},{") + 2;
                    t.acme(0).write("export.json", Text.bytes("{\"files\":[" + export.substring(end)));
                    t.acme(0).sealStatement(t.keys.bundle);
                }),
                of("data compressed again", DIGESTS, DATA + ": SHA256SUMS says", t -> {
                    byte[] content = Text.bytes(String.join("\n", t.acme(0).lines(DATA)));
                    t.acme(0).write(DATA, Zstd.compress(content, 19));
                }),
                of(
                        "content digest in the manifest changed",
                        DIGESTS,
                        "the manifest says content digest",
                        manifestHex(0, "\"name\":\"chain-0000-00000.ndjson\",\"sha256\":\"")),
                of(
                        "content size in the manifest changed",
                        DIGESTS,
                        "bytes of content",
                        manifest(0, "\"data\":[{\"bytes\":", "\"data\":[{\"bytes\":1")),
                of("schema changed", DIGESTS, "named for", t -> {
                    try (Stream<Path> schemas = Files.list(t.acme(3).folder.resolve("schemas"))) {
                        Files.writeString(schemas.findFirst().orElseThrow(), "{\"type\":\"bytes\"}");
                    }
                    t.reseal(t.acme(3));
                }));
    }

    static Stream<Mutation> entries() {
        return Stream.of(
                of(
                        "byte of a payload",
                        ENTRIES,
                        DATA + " line 3 (seq 2): payload or its salt was changed",
                        line(2, "second", "sekond")),
                of(
                        "payload nested deeper than may be",
                        ENTRIES,
                        "line 3 (seq 2): payload: nested deeper than 64",
                        line(2, "{\"note\":\"second\"}", "[".repeat(65) + "]".repeat(65))),
                of(
                        "entry larger than may be",
                        ENTRIES,
                        "line 3 (seq 2): no entry within 4096 bytes",
                        line(2, "\"id\":\"a-2\"", "\"id\":\"a-2" + "x".repeat(4_096) + "\"")),
                of(
                        "payload made longer",
                        ENTRIES,
                        "the entry commits to a payload of 17 bytes, found 18",
                        line(2, "second", "secoond")),
                of(
                        "digit of a big number",
                        ENTRIES,
                        "line 2 (seq 1): payload or its salt",
                        line(1, "12345678901234567890", "12345678901234567891")),
                of(
                        "salt",
                        ENTRIES,
                        "payload or its salt was changed",
                        insider(DATA, lines -> flip(lines, 1, ",\"salt\":\""))),
                of(
                        "context",
                        ENTRIES,
                        "line 2 (seq 1): context or its salt was changed",
                        line(1, "\"actor\":\"alice\"", "\"actor\":\"alicf\"")),
                of(
                        "context salt",
                        ENTRIES,
                        "context or its salt was changed",
                        insider(DATA, lines -> flip(lines, 1, ",\"contextSalt\":\""))),
                of(
                        "opaque payload",
                        ENTRIES,
                        "payload or its salt was changed",
                        line(3, "e25vbnNlbnNl", "e25vbnNlbnNm")),
                of("payload dropped", ENTRIES, "expected payload", line(2, ",\"payload\":{\"note\":\"second\"}", "")),
                of(
                        "context dropped",
                        ENTRIES,
                        "expected context",
                        insider(
                                DATA,
                                lines -> lines.set(
                                        1,
                                        lines.get(1)
                                                .replaceAll(
                                                        ",\"context\":\\{\"actor.*\"contextSalt\":\"[0-9a-f]+\"",
                                                        "")))),
                of(
                        "context with an extra member",
                        ENTRIES,
                        "context",
                        line(1, "\"actor\":\"alice\"", "\"actor\":\"alice\",\"zzz\":1")),
                of(
                        "payload added to a refused null",
                        ENTRIES,
                        "expected the line's end",
                        insider(DATA, lines -> lines.set(4, lines.get(4).replaceAll("\\}$", ",\"payload\":1}")))),
                of(
                        "payload with whitespace",
                        ENTRIES,
                        "insignificant whitespace",
                        line(2, "{\"note\":\"second\"}", "{\"note\": \"second\"}")),
                of(
                        "payload with a duplicate name",
                        ENTRIES,
                        "payload",
                        line(2, "{\"note\":\"second\"}", "{\"note\":1,\"note\":2}")),
                of(
                        "payload that is no JSON",
                        ENTRIES,
                        "payload",
                        line(2, "{\"note\":\"second\"}", "{\"note\":\"second\"")),
                of(
                        "JSON payload in base64",
                        ENTRIES,
                        "expected payload",
                        line(2, "\"payload\":{\"note\":\"second\"}", "\"payload64\":\"eyJub3RlIjoic2Vjb25kIn0=\"")),
                of(
                        "base64 without padding",
                        ENTRIES,
                        "base64",
                        insider(DATA3, lines -> lines.set(2, lines.get(2).replace("\"AAH/\"", "\"AAG\"")))),
                of("extra member", ENTRIES, "line 3 (seq 2): payload", line(2, ",\"salt\":", ",\"extra\":1,\"salt\":")),
                of(
                        "member after the salt",
                        ENTRIES,
                        "line 3 (seq 2)",
                        insider(DATA, lines -> lines.set(2, lines.get(2).replaceAll("\\}$", ",\"x\":1}")))),
                of("space after the line", ENTRIES, "line 3", insider(DATA, lines -> lines.set(2, lines.get(2) + " "))),
                of(
                        "carriage returns",
                        ENTRIES,
                        "line 1",
                        insider(DATA, lines -> lines.replaceAll(line -> line.isEmpty() ? line : line + "\r"))),
                of(
                        "garbage line",
                        ENTRIES,
                        "line 3 (seq 2): expected the line's start",
                        insider(DATA, lines -> lines.set(2, "garbage"))),
                of("empty line", ENTRIES, "line 3 is empty", insider(DATA, lines -> lines.set(2, ""))),
                of("no line feed at the end", ENTRIES, "line 6 has no line feed", t -> {
                    byte[] content = Text.bytes(String.join("\n", t.acme(0).lines(DATA)));
                    t.acme(0).write(DATA, Zstd.compress(Arrays.copyOf(content, content.length - 1)));
                    t.only(t.acme(0));
                }),
                of("entry with whitespace", ENTRIES, "line 3 (seq 2): entry", line(2, "\"kind\":", "\"kind\": ")),
                of("entry with an extra member", ENTRIES, "entry", line(2, "\"v\":1}", "\"u\":1,\"v\":1}")),
                of("entry of another version", ENTRIES, "line 3", line(2, "\"v\":1}", "\"v\":2}")),
                of("entry of an unknown kind", ENTRIES, "entry", line(2, "\"kind\":\"event\"", "\"kind\":\"evend\"")),
                of("wrong window in the manifest", ENTRIES, "is not in the window", t -> {
                    t.acme(0)
                            .replace(
                                    "manifest.json",
                                    "\"end\":\"2026-11-21T03:15:00.000Z\",\"start\":\"2026-11-21T03:00:00.000Z\"",
                                    "\"end\":\"2026-11-21T03:30:00.000Z\",\"start\":\"2026-11-21T03:15:00.000Z\"");
                    t.reseal(t.acme(0));
                    t.only(t.acme(0));
                }),
                of("zip bomb", ENTRIES, "content is over", stored(Zstd.compress(new byte[200_000_000]))),
                of("not zstd", ENTRIES, "not a zstd frame", stored(Text.bytes("{\"entry\":{}}\n"))),
                of("empty data file", ENTRIES, "no zstd frame", stored(new byte[0])),
                of("data file cut off", ENTRIES, "cut off", t -> {
                    byte[] whole = t.acme(0).read(DATA);
                    t.acme(0).write(DATA, Arrays.copyOf(whole, whole.length - 3));
                    t.reseal(t.acme(0));
                }),
                of(
                        "skippable frame",
                        ENTRIES,
                        "skippable zstd frame",
                        t -> append(t, new byte[] {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4})),
                of("bytes after the last frame", ENTRIES, "not a zstd frame", t -> append(t, new byte[] {1, 2, 3, 4})),
                of("half a magic number after the last frame", ENTRIES, "cut off", t -> append(t, new byte[] {0x28})),
                of("frame with a dictionary", ENTRIES, "zstd frame with a dictionary", stored(new byte[] {
                    0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x01, 0x58, 7, 1, 0, 0
                })),
                of("frame with a huge window", ENTRIES, "windowLog 23", stored(longWindow())),
                of("corrupt block", ENTRIES, DATA, t -> {
                    t.acme(0).flipByte(DATA, 60);
                    t.reseal(t.acme(0));
                    t.only(t.acme(0));
                }),
                of(
                        "a line over the limit",
                        ENTRIES,
                        "line 3 is over 2097152 bytes",
                        insider(DATA, lines -> lines.set(2, lines.get(2).replace("second", "x".repeat(2_100_000))))));
    }

    private static void flip(List<String> lines, int index, String before) {
        String line = lines.get(index);
        int at = line.indexOf(before) + before.length();
        lines.set(index, line.substring(0, at) + (line.charAt(at) == '0' ? '1' : '0') + line.substring(at + 1));
    }

    private static void append(Tampering t, byte[] more) throws IOException {
        byte[] whole = t.acme(0).read(DATA);
        byte[] longer = Arrays.copyOf(whole, whole.length + more.length);
        System.arraycopy(more, 0, longer, whole.length, more.length);
        t.acme(0).write(DATA, longer);
        t.reseal(t.acme(0));
        t.only(t.acme(0));
    }

    private static byte[] longWindow() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStreamNoFinalizer(bytes).setLong(27)) {
            out.write(new byte[1000]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Stream<Mutation> chains() {
        return Stream.of(
                of(
                        "attribute of an entry",
                        CHAINS,
                        DATA + " line 4 (seq 3): prev does not name the entry before",
                        line(2, "\"id\":\"a-2\"", "\"id\":\"a-9\"")),
                of(
                        "lines swapped",
                        CHAINS,
                        "line 3 (seq 3): expected seq 2, found 3",
                        insider(DATA, lines -> Collections.swap(lines, 2, 3))),
                of("line dropped", CHAINS, "line 3 (seq 3): expected seq 2, found 3", t -> {
                    t.acme(0).edit(DATA, lines -> {
                        lines.remove(2);
                        return lines;
                    });
                    t.only(t.acme(0));
                }),
                of(
                        "line doubled",
                        CHAINS,
                        "expected seq 3, found 2",
                        insider(DATA, lines -> lines.set(3, lines.get(2)))),
                of("tail dropped", CHAINS, "expected entries up to seq 5, found them up to 4", t -> {
                    t.acme(0).edit(DATA, lines -> {
                        lines.remove(5);
                        return lines;
                    });
                    t.only(t.acme(0));
                }),
                of("entry of another tenant", CHAINS, "entry of chain globex/0 in a file of acme/0", t -> {
                    t.acme(1).edit(DATA, lines -> {
                        lines.set(0, firstLine(t));
                        return lines;
                    });
                    t.only(t.acme(1));
                }),
                of("another chain's file", CHAINS, "entry of chain acme/3 in a file of acme/0", t -> {
                    t.acme(0).write(DATA, t.acme(0).read(DATA3));
                    t.only(t.acme(0));
                }),
                of(
                        "prev in the manifest",
                        CHAINS,
                        "prev does not name the entry before",
                        manifestHex(1, "\"partition\":0,\"prev\":\"")),
                of(
                        "source position before",
                        CHAINS,
                        "source offsets are not contiguous: expected from 4, found 5",
                        manifest(1, "\"source\":{\"from\":5", "\"source\":{\"from\":4")),
                of(
                        "source position after",
                        CHAINS,
                        "source.next: the manifest says 8",
                        manifest(1, "\"next\":7", "\"next\":8")),
                of("reasons", CHAINS, "reasons: the manifest says", manifest(0, "\"not-json\":1", "\"not-utf8\":1")),
                of(
                        "counts",
                        CHAINS,
                        "counts: the manifest says",
                        manifest(1, "\"counts\":{\"event\":2}", "\"counts\":{\"control\":1,\"event\":1}")),
                of(
                        "skipped offsets in the manifest",
                        CHAINS,
                        "skippedOffsets: the manifest says 1",
                        manifest(0, "\"skippedOffsets\":0", "\"skippedOffsets\":1")),
                of("skipped offsets without transactions", CHAINS, "source offsets are skipped, but", t -> {
                    t.globex(3).replace("manifest.json", "\"transactional\":true", "\"transactional\":false");
                    t.reseal(t.globex(3));
                }),
                of("schema that no entry names", CHAINS, "lists schemas that no entry names", t -> {
                    byte[] schema = Text.bytes("{}");
                    String sha256 = SlowTree.hex(SlowTree.sha256(schema));
                    t.acme(1).write("schemas/" + sha256 + ".avsc", schema);
                    t.acme(1).replace("manifest.json", "\"schemas\":[]", "\"schemas\":[\"" + sha256 + "\"]");
                    t.reseal(t.acme(1));
                }),
                of("schema not listed", CHAINS, "is not listed in the manifest", t -> {
                    String manifest =
                            t.acme(3).text("manifest.json").replaceAll("\"schemas\":\\[[^]]*\\]", "\"schemas\":[]");
                    t.acme(3).write("manifest.json", Text.bytes(manifest));
                    t.reseal(t.acme(3));
                }));
    }

    private static String firstLine(Tampering t) {
        try {
            return t.globex(0).lines(DATA).get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Mutation> trees() {
        return Stream.of(
                of(
                        "attribute of the last entry",
                        TREES,
                        "chain acme/0: frontier and entries give root",
                        line(5, "\"id\":\"a-3\"", "\"id\":\"a-4\"")),
                of(
                        "frontier of a chain",
                        TREES,
                        "chain acme/0: the frontier gives root",
                        manifestHex(1, "\"firstSeq\":6,\"frontier\":[\"")),
                of("previous root of a chain", TREES, "chain acme/0: the frontier gives root", t -> {
                    t.acme(1).flipHexAfter("manifest.json", "\"previousRoot\":\"");
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                of(
                        "root of a chain",
                        TREES,
                        "frontier and entries give root",
                        manifestHex(1, "\"reasons\":{},\"root\":\"")),
                of(
                        "frontier of the registry",
                        TREES,
                        "the registry's frontier gives root",
                        manifestHex(1, "\"registry\":{\"frontier\":[\"")),
                of("root of the registry", TREES, "checkpoint: expected ledger.example.com", t -> {
                    t.acme(1).flipHexAfter("manifest.json", "\"previousSize\":4,\"root\":\"");
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                of("blind", TREES, "head of acme/0", manifestHex(0, "{\"blind\":\"")),
                of("inclusion proof of a head", TREES, "head of acme/", proofsHex(0, "\"proof\":[\"")),
                of("index of a head", TREES, "head of acme/0", t -> {
                    String proofs = t.acme(0).text("proofs/registry.json");
                    String before = "\"chain\":\"acme/0\",\"index\":";
                    int at = proofs.indexOf(before) + before.length();
                    int index = (proofs.charAt(at) - '0' + 1) % 3;
                    t.acme(0)
                            .write(
                                    "proofs/registry.json",
                                    Text.bytes(proofs.substring(0, at) + index + proofs.substring(at + 1)));
                    t.reseal(t.acme(0));
                    t.only(t.acme(0));
                }),
                of("consistency proof", TREES, "consistency", proofsHex(1, "\"consistency\":[\"")),
                of("consistency proof dropped", TREES, "consistency", t -> {
                    String proofs = t.acme(1)
                            .text("proofs/registry.json")
                            .replaceFirst("\"consistency\":\\[[^]]*\\]", "\"consistency\":[]");
                    t.acme(1).write("proofs/registry.json", Text.bytes(proofs));
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                of("window leaf of another window", TREES, "window leaf", proofs(1, "03:30:00.000Z", "03:45:00.000Z")),
                of(
                        "window leaf that counts more",
                        STRUCTURE,
                        "window leaf",
                        proofs(1, "\"leaf\":{\"chains\":1", "\"leaf\":{\"chains\":2")),
                of("checkpoint of another window", TREES, "checkpoint: expected", t -> {
                    t.acme(1).write("checkpoint", t.acme(0).read("checkpoint"));
                    t.only(t.acme(1));
                }),
                of("checkpoint of another chain", TREES, "checkpoints/chain-0000: expected", t -> {
                    t.acme(0).write("checkpoints/chain-0000", t.acme(0).read("checkpoints/chain-0003"));
                    t.reseal(t.acme(0));
                    t.only(t.acme(0));
                }),
                of("older checkpoint of the chain", TREES, "checkpoints/chain-0000: expected", t -> {
                    t.acme(1).write("checkpoints/chain-0000", t.acme(0).read("checkpoints/chain-0000"));
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                of("head left out of the proofs", TREES, "has entries in this window, but no head", t -> {
                    String proofs = t.acme(1)
                            .text("proofs/registry.json")
                            .replaceFirst("\"heads\":\\[\\{.*?\\}\\]", "\"heads\":[]");
                    t.acme(1).write("proofs/registry.json", Text.bytes(proofs));
                    t.acme(1).delete("checkpoints/chain-0000");
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                of(
                        "head of a chain that is not listed",
                        TREES,
                        "which the manifest does not list",
                        proofs(1, "\"chain\":\"acme/0\"", "\"chain\":\"acme/1\"")));
    }
}
