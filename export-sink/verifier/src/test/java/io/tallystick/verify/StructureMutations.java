// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.DIGESTS;
import static io.tallystick.verify.Phase.STRUCTURE;
import static io.tallystick.verify.Scenario.DATA;
import static io.tallystick.verify.Tampers.drop;
import static io.tallystick.verify.Tampers.manifest;
import static io.tallystick.verify.Tampers.manifestHex;
import static io.tallystick.verify.Tampers.proofs;
import static io.tallystick.verify.Tampers.row;

import com.github.luben.zstd.Zstd;
import io.tallystick.verify.MutationTest.Mutation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;

/** What is done to the files of a bundle, and to what they say of each other. */
final class StructureMutations {
    private StructureMutations() {}

    static Stream<Mutation> structure() {
        return Stream.of(
                row("manifest dropped", STRUCTURE, "manifest.json: the file is missing", drop("manifest.json")),
                row("manifest signature dropped", STRUCTURE, "manifest.sig: the file is missing", drop("manifest.sig")),
                row("export record dropped", STRUCTURE, "export.json: the file is missing", drop("export.json")),
                row("envelope dropped", STRUCTURE, "bundle.dsse.json: the file is missing", drop("bundle.dsse.json")),
                row("sums dropped", STRUCTURE, "SHA256SUMS: the file is missing", drop("SHA256SUMS")),
                row(
                        "proofs dropped",
                        STRUCTURE,
                        "proofs/registry.json: the file is missing",
                        drop("proofs/registry.json")),
                row("data file dropped", STRUCTURE, DATA + ": the file is missing", drop(DATA)),
                row(
                        "chain checkpoint dropped",
                        STRUCTURE,
                        "checkpoints/chain-0003: the file is missing",
                        drop("checkpoints/chain-0003")),
                row(
                        "schema dropped",
                        STRUCTURE,
                        "schemas/00404e686415370f1711c4d7acfa2905444d3cf23cef2e10c47d445ebe690f96.avsc: the file is missing",
                        t -> {
                            try (Stream<Path> schemas =
                                    Files.list(t.acme(3).folder.resolve("schemas"))) {
                                Files.delete(schemas.findFirst().orElseThrow());
                            }
                        }),
                row("extra file", STRUCTURE, "extra.txt: a file that does not belong", t -> {
                    t.acme(0).write("extra.txt", new byte[] {1});
                    t.reseal(t.acme(0));
                }),
                row("extra chain checkpoint", STRUCTURE, "checkpoints/chain-0007: a file that does not belong", t -> {
                    t.acme(0).write("checkpoints/chain-0007", t.acme(0).read("checkpoints/chain-0003"));
                    t.reseal(t.acme(0));
                }),
                row(
                        "file with a name outside the format",
                        STRUCTURE,
                        "not a name a bundle's file can have",
                        t -> t.acme(0).write(".hidden", new byte[] {1})),
                row(
                        "symbolic link",
                        STRUCTURE,
                        "link: not a regular file",
                        t -> Files.createSymbolicLink(t.acme(0).folder.resolve("link"), t.trustRoot)),
                row("symbolic link in place of a file", STRUCTURE, "manifest.sig: not a regular file", t -> {
                    Files.move(t.acme(0).folder.resolve("manifest.sig"), t.folder.resolve("elsewhere"));
                    Files.createSymbolicLink(t.acme(0).folder.resolve("manifest.sig"), t.folder.resolve("elsewhere"));
                }),
                row(
                        "manifest with whitespace",
                        STRUCTURE,
                        "manifest.json is not in canonical form (RFC 8785) at byte 1",
                        manifest(0, "{\"blind\"", "{ \"blind\"")),
                row(
                        "manifest with an extra member",
                        STRUCTURE,
                        "unknown member 'zzz'",
                        manifest(0, "\"window\":", "\"zzz\":1,\"window\":")),
                row(
                        "manifest with a duplicate member",
                        STRUCTURE,
                        "manifest.json: name occurs twice in an object, at byte",
                        manifest(0, "\"window\":", "\"tenant\":\"acme\",\"window\":")),
                row(
                        "manifest of another format",
                        STRUCTURE,
                        "format is 'tallystick/bundle/v2'",
                        manifest(0, "bundle/v1", "bundle/v2")),
                row(
                        "manifest of a derived copy",
                        STRUCTURE,
                        "member 'derived' is missing",
                        manifest(0, "canonical", "compact")),
                row(
                        "manifest with more lines in a file than may be",
                        STRUCTURE,
                        "chain-0000-00000.ndjson has 10000001 lines",
                        manifest(0, "\"lines\":6", "\"lines\":10000001")),
                row(
                        "manifest with a chain above the last possible",
                        STRUCTURE,
                        "partition is 10000, not in 0..9999",
                        manifest(0, "\"partition\":3", "\"partition\":10000")),
                row("manifest with more chains than may be", STRUCTURE, "lists 10001 chains", t -> {
                    t.acme(2).replace("manifest.json", "\"chains\":[", "\"chains\":[" + "{},".repeat(9_999));
                    t.reseal(t.acme(2));
                    t.only(t.acme(2));
                }),
                row(
                        "manifest with a negative size",
                        STRUCTURE,
                        "manifest.json.chains[0]: size is -6, not in 0..2^53-1",
                        manifest(0, "\"size\":6", "\"size\":-6")),
                row(
                        "manifest with a size over 2^53-1",
                        STRUCTURE,
                        "manifest.json.chains[0]: member 'size' is not an integer of magnitude at most 2^53-1: 9007199254740993",
                        manifest(0, "\"size\":6", "\"size\":9007199254740993")),
                row(
                        "manifest with counts that do not add up",
                        STRUCTURE,
                        "manifest.json.chains[0]: counts {event=4, genesis=1, rejected=2} for 6 entries",
                        manifest(0, "\"event\":3", "\"event\":4")),
                row(
                        "manifest with an unknown kind",
                        STRUCTURE,
                        "manifest.json.chains[0]: unknown kind in counts [evend, genesis, rejected]",
                        manifest(0, "\"event\":3", "\"evend\":3")),
                row(
                        "manifest with too short a frontier",
                        STRUCTURE,
                        "manifest.json.chains[0]: 0 frontier hashes at 1",
                        manifest(0, "\"firstSeq\":0", "\"firstSeq\":1")),
                row(
                        "manifest with a data name that leaves the folder",
                        STRUCTURE,
                        "manifest.json.data[0]: not a data file: '../chain-0000-00000.ndjson'",
                        manifest(0, "\"name\":\"chain-0000", "\"name\":\"../chain-0000")),
                row(
                        "manifest with a window that is none",
                        STRUCTURE,
                        "manifest.json.window: not a window: 2026-11-21T03:00:00Z to 2026-11-21T03:16:00Z",
                        manifest(0, "03:15:00.000Z", "03:16:00.000Z")),
                row(
                        "oversized manifest",
                        STRUCTURE,
                        "manifest.json: the file is over its limit of 67108864 bytes",
                        t -> sparse(t, "manifest.json", 64L << 20)),
                row(
                        "oversized note",
                        STRUCTURE,
                        "checkpoint: the file is over its limit",
                        t -> sparse(t, "checkpoint", 64L << 10)),
                row(
                        "oversized signature",
                        STRUCTURE,
                        "manifest.sig: the file is over its limit",
                        t -> sparse(t, "manifest.sig", 256)),
                row(
                        "path traversal in the sums",
                        STRUCTURE,
                        "not a path inside a bundle: '../../../../etc/passwd'",
                        t -> t.acme(0).write("SHA256SUMS", Text.bytes("0".repeat(64) + "  ../../../../etc/passwd\n"))),
                row(
                        "absolute path in the sums",
                        STRUCTURE,
                        "SHA256SUMS line 1: not a path inside a bundle: '/etc/passwd'",
                        t -> t.acme(0).write("SHA256SUMS", Text.bytes("0".repeat(64) + "  /etc/passwd\n"))),
                row(
                        "a path twice in the sums",
                        STRUCTURE,
                        "SHA256SUMS line 2: bundle.dsse.json is not after bundle.dsse.json",
                        t -> {
                            String sums = t.acme(0).text("SHA256SUMS");
                            t.acme(0).write("SHA256SUMS", Text.bytes(sums.substring(0, sums.indexOf('\n') + 1) + sums));
                        }),
                row("sums in another style", STRUCTURE, "expected digest, two spaces, path", t -> t.acme(0)
                        .replace("SHA256SUMS", "  ", " *")),
                row(
                        "path traversal in the envelope",
                        STRUCTURE,
                        "bundle.dsse.json: not a path inside a bundle: '../export.json'",
                        t -> t.acme(0)
                                .envelope(
                                        t.keys.bundle,
                                        t.acme(0)
                                                .statement()
                                                .replace("\"name\":\"export.json\"", "\"name\":\"../export.json\""))),
                row(
                        "statement about something else",
                        STRUCTURE,
                        "statement: predicateType is 'https://tallystick.io/other/v1', expected",
                        t -> t.acme(0)
                                .envelope(
                                        t.keys.bundle,
                                        t.acme(0).statement().replace("evidence-bundle/v1", "other/v1"))),
                row(
                        "statement with a predicate",
                        STRUCTURE,
                        "bundle.dsse.json: statement.predicate: unknown member 'a'",
                        t -> t.acme(0)
                                .envelope(
                                        t.keys.bundle,
                                        t.acme(0).statement().replace("\"predicate\":{}", "\"predicate\":{\"a\":1}"))),
                row(
                        "envelope of another payload type",
                        STRUCTURE,
                        "payloadType is not application/vnd.in-toto+json: text/plain",
                        t -> t.acme(0)
                                .envelope(t.keys.bundle, "text/plain", t.acme(0).statement())),
                row("envelope with two signatures", STRUCTURE, "2 signatures, expected 1", t -> {
                    String envelope = t.acme(0).text("bundle.dsse.json");
                    String signature = envelope.substring(envelope.indexOf("[{") + 1, envelope.indexOf("}]") + 1);
                    t.acme(0).replace("bundle.dsse.json", signature, signature + "," + signature);
                }),
                row(
                        "export record with a path outside",
                        STRUCTURE,
                        "export.json.files[4]: not a path inside a bundle: '/manifest.json'",
                        t -> {
                            t.acme(0)
                                    .replace(
                                            "export.json", "\"name\":\"manifest.json\"", "\"name\":\"/manifest.json\"");
                            t.acme(0).sealStatement(t.keys.bundle);
                        }),
                row(
                        "proof of 64 hashes",
                        STRUCTURE,
                        "proofs/registry.json: proof of 64 hashes, over 63",
                        proofs(
                                0,
                                "\"consistency\":[]",
                                "\"consistency\":" + Text.json(Collections.nCopies(64, "0".repeat(64))))),
                row(
                        "proofs with an extra member",
                        STRUCTURE,
                        "unknown member 'zzz'",
                        proofs(0, "\"v\":1,\"window\":{\"index\"", "\"v\":1,\"zzz\":1,\"window\":{\"index\"")),
                row(
                        "proofs of another version",
                        STRUCTURE,
                        "proofs/registry.json: v is 2, this reader knows 1",
                        proofs(0, "\"v\":1,\"window\":{\"index\"", "\"v\":2,\"window\":{\"index\"")),
                row(
                        "checkpoint that is no note",
                        STRUCTURE,
                        "checkpoint: no empty line before the signatures",
                        t -> t.acme(0).write("checkpoint", Text.bytes("nothing\n"))),
                row(
                        "checkpoint with an extension line",
                        STRUCTURE,
                        "checkpoint: a checkpoint has three lines",
                        t -> t.acme(0).replace("checkpoint", "\n\n", "\nextension\n\n")));
    }

    private static void sparse(Tampering t, String path, long limit) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(t.acme(0).folder.resolve(path).toFile(), "rw")) {
            file.setLength(limit + 1);
        }
    }

    static Stream<Mutation> digests() {
        return Stream.of(
                row("digest in the sums changed", DIGESTS, "chain-0000-00000.ndjson.zst: SHA256SUMS says ", t -> t.acme(
                                0)
                        .flipHexAfter("SHA256SUMS", "\n")),
                row("file left out of the sums", DIGESTS, "does not list bundle.dsse.json", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums.substring(sums.indexOf('\n') + 1)));
                }),
                row("sums name a file that is not there", DIGESTS, "listed in SHA256SUMS, but not there", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums + "0".repeat(64) + "  zzz\n"));
                }),
                row("sums name the checkpoint", DIGESTS, "lists checkpoint, which it must not", t -> {
                    String sums = t.acme(0).text("SHA256SUMS");
                    String line = SlowTree.hex(SlowTree.sha256(t.acme(0).read("checkpoint"))) + "  checkpoint\n";
                    int at = sums.indexOf('\n', sums.indexOf("chain-0003")) + 1;
                    t.acme(0).write("SHA256SUMS", Text.bytes(sums.substring(0, at) + line + sums.substring(at)));
                }),
                row("export record changed after signing", DIGESTS, "export.json: bundle.dsse.json says", t -> t.acme(0)
                        .replace("export.json", "standard", "standart")
                        .sums()),
                row(
                        "export record with a wrong size",
                        DIGESTS,
                        "chain-0000-00000.ndjson.zst: export.json says 1",
                        t -> {
                            t.acme(0).replace("export.json", "\"files\":[{\"bytes\":", "\"files\":[{\"bytes\":1");
                            t.acme(0).sealStatement(t.keys.bundle);
                        }),
                row(
                        "export record leaves a file out",
                        DIGESTS,
                        "export.json: does not list chain-0000-00000.ndjson.zst",
                        t -> {
                            String export = t.acme(0).text("export.json");
                            int end = export.indexOf("},{") + 2;
                            t.acme(0).write("export.json", Text.bytes("{\"files\":[" + export.substring(end)));
                            t.acme(0).sealStatement(t.keys.bundle);
                        }),
                row("data compressed again", DIGESTS, DATA + ": SHA256SUMS says", t -> {
                    byte[] content = Text.bytes(String.join("\n", t.acme(0).lines(DATA)));
                    t.acme(0).write(DATA, Zstd.compress(content, 19));
                }),
                row(
                        "content digest in the manifest changed",
                        DIGESTS,
                        "the manifest says content digest",
                        manifestHex(0, "\"name\":\"chain-0000-00000.ndjson\",\"sha256\":\"")),
                row(
                        "content size in the manifest changed",
                        DIGESTS,
                        "the manifest says 13363 bytes of content, found 3363",
                        manifest(0, "\"data\":[{\"bytes\":", "\"data\":[{\"bytes\":1")),
                row(
                        "schema changed",
                        DIGESTS,
                        ".avsc: named for 00404e686415370f1711c4d7acfa2905444d3cf23cef2e10c47d445ebe690f96, the file has ",
                        t -> {
                            try (Stream<Path> schemas =
                                    Files.list(t.acme(3).folder.resolve("schemas"))) {
                                Files.writeString(schemas.findFirst().orElseThrow(), "{\"type\":\"bytes\"}");
                            }
                            t.reseal(t.acme(3));
                        }));
    }
}
