// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.fixtures.SampleEntries;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The chain of {@code golden/entries}, as files and as values. */
final class GoldenEntries {
    private GoldenEntries() {}

    /** File names and leaf hashes, in the order of the chain. */
    static Map<String, Hash> leafHashes() {
        Map<String, Hash> hashes = new LinkedHashMap<>();
        for (String row :
                new String(bytes("leaf-hashes.tsv"), UTF_8).lines().skip(1).toList()) {
            String[] columns = row.split("\t", -1);
            hashes.put(columns[0], Hash.parseHex(columns[1]));
        }
        return hashes;
    }

    static List<String> files() {
        return List.copyOf(leafHashes().keySet().stream().toList());
    }

    static byte[] bytes(String file) {
        try (InputStream in = GoldenEntries.class.getResourceAsStream("/golden/entries/" + file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the files say. */
    static List<Entry> entries() {
        return SampleEntries.chain(
                SampleEntries.CHAIN,
                List.of(
                        SampleEntries.event().build(),
                        full(),
                        avro(),
                        SampleEntries.rejected()
                                .source(5, 6)
                                .reason(RejectReason.NULL_VALUE)
                                .payload(Optional.empty())
                                .build(),
                        SampleEntries.rejected()
                                .source(6, 7)
                                .id("bad")
                                .type("t")
                                .time("now")
                                .producer("p")
                                .context(SampleEntries.context())
                                .build(),
                        SampleEntries.rejected()
                                .source(7, 8)
                                .reason(RejectReason.CONFLICT)
                                .id("e-0")
                                .type("login")
                                .payload(Optional.of(SampleEntries.payload(SamplePayloads.json(2))))
                                .duplicateOf(1)
                                .build(),
                        SampleEntries.gap(8, 100),
                        SampleEntries.control("ledger.config"),
                        SampleEntries.source(SampleEntries.CHAIN),
                        SampleEntries.closed()));
    }

    private static Event full() {
        byte[] payload = SamplePayloads.json(1);
        return new Event(
                new SourceRange(1, 4, Optional.of(Instant.parse("2026-11-21T03:14:59.007Z"))),
                "a \"quoted\" \\ id",
                "Ünïcode/\uD834\uDD1E",
                Optional.of("2026-11-21T04:14:58.9+01:00"),
                Optional.of("//example.com/€"),
                new PayloadRef(
                        payload.length,
                        Commitments.payload(SamplePayloads.salt("payload"), payload),
                        "application/json; charset=utf-8"),
                Optional.of(SampleEntries.contextRef(SampleEntries.context())),
                OptionalLong.of(1));
    }

    private static Event avro() {
        byte[] frame = {0, 0, 0, 0, 7, 'x'};
        SchemaRef schema = new SchemaRef(7, Hash.sha256("\"string\"".getBytes(UTF_8)));
        return SampleEntries.event()
                .source(4, 5)
                .sourceTime(Optional.empty())
                .id("q1Sh-9_ISia_zwGINzRvyQ:3:4")
                .type("event")
                .payload(new PayloadRef(
                        frame.length,
                        Commitments.payload(SamplePayloads.salt("payload"), frame),
                        PayloadRef.AVRO,
                        Optional.of(schema)))
                .build();
    }
}
