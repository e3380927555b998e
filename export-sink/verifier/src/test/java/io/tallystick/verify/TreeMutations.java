// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.CHAINS;
import static io.tallystick.verify.Phase.STRUCTURE;
import static io.tallystick.verify.Phase.TREES;
import static io.tallystick.verify.Scenario.DATA;
import static io.tallystick.verify.Scenario.DATA3;
import static io.tallystick.verify.Tampers.insider;
import static io.tallystick.verify.Tampers.line;
import static io.tallystick.verify.Tampers.manifest;
import static io.tallystick.verify.Tampers.manifestHex;
import static io.tallystick.verify.Tampers.proofs;
import static io.tallystick.verify.Tampers.proofsHex;
import static io.tallystick.verify.Tampers.row;

import io.tallystick.verify.MutationTest.Mutation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.stream.Stream;

/** What is done to the order of entries, and to what commits to them. */
final class TreeMutations {
    private TreeMutations() {}

    static Stream<Mutation> chains() {
        return Stream.of(
                row(
                        "attribute of an entry",
                        CHAINS,
                        DATA + " line 4 (seq 3): prev does not name the entry before",
                        line(2, "\"id\":\"a-2\"", "\"id\":\"a-9\"")),
                row(
                        "lines swapped",
                        CHAINS,
                        "line 3 (seq 3): expected seq 2, found 3",
                        insider(DATA, lines -> Collections.swap(lines, 2, 3))),
                row("line dropped", CHAINS, "line 3 (seq 3): expected seq 2, found 3", t -> {
                    t.acme(0).edit(DATA, lines -> {
                        lines.remove(2);
                        return lines;
                    });
                    t.only(t.acme(0));
                }),
                row(
                        "line doubled",
                        CHAINS,
                        "line 4 (seq 2): expected seq 3, found 2",
                        insider(DATA, lines -> lines.set(3, lines.get(2)))),
                row("tail dropped", CHAINS, "expected entries up to seq 5, found them up to 4", t -> {
                    t.acme(0).edit(DATA, lines -> {
                        lines.remove(5);
                        return lines;
                    });
                    t.only(t.acme(0));
                }),
                row("entry of another tenant", CHAINS, "entry of chain globex/0 in a file of acme/0", t -> {
                    t.acme(1).edit(DATA, lines -> {
                        lines.set(0, firstLine(t));
                        return lines;
                    });
                    t.only(t.acme(1));
                }),
                row("another chain's file", CHAINS, "entry of chain acme/3 in a file of acme/0", t -> {
                    t.acme(0).write(DATA, t.acme(0).read(DATA3));
                    t.only(t.acme(0));
                }),
                row(
                        "prev in the manifest",
                        CHAINS,
                        "prev does not name the entry before",
                        manifestHex(1, "\"partition\":0,\"prev\":\"")),
                row(
                        "source position before",
                        CHAINS,
                        "source offsets are not contiguous: expected from 4, found 5",
                        manifest(1, "\"source\":{\"from\":5", "\"source\":{\"from\":4")),
                row(
                        "source position after",
                        CHAINS,
                        "source.next: the manifest says 8",
                        manifest(1, "\"next\":7", "\"next\":8")),
                row(
                        "reasons",
                        CHAINS,
                        "acme/0: reasons: the manifest says {not-utf8=1, null-value=1}, the entries have {not-json=1, null-value=1}",
                        manifest(0, "\"not-json\":1", "\"not-utf8\":1")),
                row(
                        "counts",
                        CHAINS,
                        "counts: the manifest says {control=1, event=1}, the entries are {event=2}",
                        manifest(1, "\"counts\":{\"event\":2}", "\"counts\":{\"control\":1,\"event\":1}")),
                row(
                        "skipped offsets in the manifest",
                        CHAINS,
                        "skippedOffsets: the manifest says 1",
                        manifest(0, "\"skippedOffsets\":0", "\"skippedOffsets\":1")),
                row("skipped offsets without transactions", CHAINS, "source offsets are skipped, but", t -> {
                    t.globex(3).replace("manifest.json", "\"transactional\":true", "\"transactional\":false");
                    t.reseal(t.globex(3));
                }),
                row("schema that no entry names", CHAINS, "lists schemas that no entry names", t -> {
                    byte[] schema = Text.bytes("{}");
                    String sha256 = SlowTree.hex(SlowTree.sha256(schema));
                    t.acme(1).write("schemas/" + sha256 + ".avsc", schema);
                    t.acme(1).replace("manifest.json", "\"schemas\":[]", "\"schemas\":[\"" + sha256 + "\"]");
                    t.reseal(t.acme(1));
                }),
                row("schema not listed", CHAINS, "is not listed in the manifest", t -> {
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
                row(
                        "attribute of the last entry",
                        TREES,
                        "chain acme/0: frontier and entries give root",
                        line(5, "\"id\":\"a-3\"", "\"id\":\"a-4\"")),
                row(
                        "frontier of a chain",
                        TREES,
                        "chain acme/0: the frontier gives root",
                        manifestHex(1, "\"firstSeq\":6,\"frontier\":[\"")),
                row("previous root of a chain", TREES, "chain acme/0: the frontier gives root", t -> {
                    t.acme(1).flipHexAfter("manifest.json", "\"previousRoot\":\"");
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                row(
                        "root of a chain",
                        TREES,
                        "frontier and entries give root",
                        manifestHex(1, "\"reasons\":{},\"root\":\"")),
                row(
                        "frontier of the registry",
                        TREES,
                        "the registry's frontier gives root",
                        manifestHex(1, "\"registry\":{\"frontier\":[\"")),
                row("root of the registry", TREES, "checkpoint: expected ledger.example.com", t -> {
                    t.acme(1).flipHexAfter("manifest.json", "\"previousSize\":4,\"root\":\"");
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                row(
                        "blind",
                        TREES,
                        "proofs/registry.json: head of acme/0: inclusion: expected root ",
                        manifestHex(0, "{\"blind\":\"")),
                row(
                        "inclusion proof of a head",
                        TREES,
                        "proofs/registry.json: head of acme/0: inclusion: expected root ",
                        proofsHex(0, "\"proof\":[\"")),
                row("index of a head", TREES, "proofs/registry.json: two heads at index 1", t -> {
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
                row(
                        "consistency proof",
                        TREES,
                        "consistency: consistency of the second tree: expected root ",
                        proofsHex(1, "\"consistency\":[\"")),
                row("consistency proof dropped", TREES, "consistency: the proof must have 1 hashes, found 0", t -> {
                    String proofs = t.acme(1)
                            .text("proofs/registry.json")
                            .replaceFirst("\"consistency\":\\[[^]]*\\]", "\"consistency\":[]");
                    t.acme(1).write("proofs/registry.json", Text.bytes(proofs));
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                row(
                        "window leaf of another window",
                        TREES,
                        "its window leaf is of 2026-11-21T03:15:00Z to 2026-11-21T03:45:00Z, the manifest of 2026-11-21T03:15:00Z to 2026-11-21T03:30:00Z",
                        proofs(1, "03:30:00.000Z", "03:45:00.000Z")),
                row(
                        "window leaf that counts more",
                        STRUCTURE,
                        "proofs/registry.json: window leaf at index 5, but first + chains is 6",
                        proofs(1, "\"leaf\":{\"chains\":1", "\"leaf\":{\"chains\":2")),
                row(
                        "checkpoint of another window",
                        TREES,
                        "checkpoint: expected ledger.example.com size 6 root ",
                        t -> {
                            t.acme(1).write("checkpoint", t.acme(0).read("checkpoint"));
                            t.only(t.acme(1));
                        }),
                row("checkpoint of another chain", TREES, "checkpoints/chain-0000: expected", t -> {
                    t.acme(0).write("checkpoints/chain-0000", t.acme(0).read("checkpoints/chain-0003"));
                    t.reseal(t.acme(0));
                    t.only(t.acme(0));
                }),
                row("older checkpoint of the chain", TREES, "checkpoints/chain-0000: expected", t -> {
                    t.acme(1).write("checkpoints/chain-0000", t.acme(0).read("checkpoints/chain-0000"));
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                row("head left out of the proofs", TREES, "has entries in this window, but no head", t -> {
                    String proofs = t.acme(1)
                            .text("proofs/registry.json")
                            .replaceFirst("\"heads\":\\[\\{.*?\\}\\]", "\"heads\":[]");
                    t.acme(1).write("proofs/registry.json", Text.bytes(proofs));
                    t.acme(1).delete("checkpoints/chain-0000");
                    t.reseal(t.acme(1));
                    t.only(t.acme(1));
                }),
                row(
                        "head of a chain that is not listed",
                        TREES,
                        "which the manifest does not list",
                        proofs(1, "\"chain\":\"acme/0\"", "\"chain\":\"acme/1\"")));
    }
}
