// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.ENTRIES;
import static io.tallystick.verify.Scenario.DATA;
import static io.tallystick.verify.Scenario.DATA3;
import static io.tallystick.verify.Tampers.insider;
import static io.tallystick.verify.Tampers.line;
import static io.tallystick.verify.Tampers.row;
import static io.tallystick.verify.Tampers.stored;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.tallystick.verify.MutationTest.Mutation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What is done to the lines of a data file. */
final class EntryMutations {
    private EntryMutations() {}

    static Stream<Mutation> entries() {
        return Stream.of(
                row(
                        "byte of a payload",
                        ENTRIES,
                        DATA + " line 3 (seq 2): payload or its salt was changed",
                        line(2, "second", "sekond")),
                row(
                        "payload nested deeper than may be",
                        ENTRIES,
                        "line 3 (seq 2): payload: nested deeper than 64",
                        line(2, "{\"note\":\"second\"}", "[".repeat(65) + "]".repeat(65))),
                row(
                        "entry larger than may be",
                        ENTRIES,
                        "line 3 (seq 2): no entry within 4096 bytes",
                        line(2, "\"id\":\"a-2\"", "\"id\":\"a-2" + "x".repeat(4_096) + "\"")),
                row(
                        "payload made longer",
                        ENTRIES,
                        "the entry commits to a payload of 17 bytes, found 18",
                        line(2, "second", "secoond")),
                row(
                        "digit of a big number",
                        ENTRIES,
                        "line 2 (seq 1): payload or its salt",
                        line(1, "12345678901234567890", "12345678901234567891")),
                row(
                        "salt",
                        ENTRIES,
                        "payload or its salt was changed",
                        insider(DATA, lines -> flip(lines, 1, ",\"salt\":\""))),
                row(
                        "context",
                        ENTRIES,
                        "line 2 (seq 1): context or its salt was changed",
                        line(1, "\"actor\":\"alice\"", "\"actor\":\"alicf\"")),
                row(
                        "context salt",
                        ENTRIES,
                        "context or its salt was changed",
                        insider(DATA, lines -> flip(lines, 1, ",\"contextSalt\":\""))),
                row(
                        "opaque payload",
                        ENTRIES,
                        "payload or its salt was changed",
                        line(3, "e25vbnNlbnNl", "e25vbnNlbnNm")),
                row(
                        "payload dropped",
                        ENTRIES,
                        "line 3 (seq 2): expected payload (,",
                        line(2, ",\"payload\":{\"note\":\"second\"}", "")),
                row(
                        "context dropped",
                        ENTRIES,
                        "line 2 (seq 1): expected context (,",
                        insider(
                                DATA,
                                lines -> lines.set(
                                        1,
                                        lines.get(1)
                                                .replaceAll(
                                                        ",\"context\":\\{\"actor.*\"contextSalt\":\"[0-9a-f]+\"",
                                                        "")))),
                row(
                        "context with an extra member",
                        ENTRIES,
                        "line 2 (seq 1): context: context: unknown member 'zzz'",
                        line(1, "\"actor\":\"alice\"", "\"actor\":\"alice\",\"zzz\":1")),
                row(
                        "payload added to a refused null",
                        ENTRIES,
                        "line 5 (seq 4): expected the line's end (}) at byte 256",
                        insider(DATA, lines -> lines.set(4, lines.get(4).replaceAll("\\}$", ",\"payload\":1}")))),
                row(
                        "payload with whitespace",
                        ENTRIES,
                        "line 3 (seq 2): payload has insignificant whitespace",
                        line(2, "{\"note\":\"second\"}", "{\"note\": \"second\"}")),
                row(
                        "payload with a duplicate name",
                        ENTRIES,
                        "line 3 (seq 2): payload: name occurs twice in an object, at byte 10",
                        line(2, "{\"note\":\"second\"}", "{\"note\":1,\"note\":2}")),
                row(
                        "payload that is no JSON",
                        ENTRIES,
                        "line 3 (seq 2): payload: not JSON at byte 16",
                        line(2, "{\"note\":\"second\"}", "{\"note\":\"second\"")),
                row(
                        "JSON payload in base64",
                        ENTRIES,
                        "line 3 (seq 2): expected payload (,",
                        line(2, "\"payload\":{\"note\":\"second\"}", "\"payload64\":\"eyJub3RlIjoic2Vjb25kIn0=\"")),
                row(
                        "base64 without padding",
                        ENTRIES,
                        "line 3 (seq 2): payload64 is not padded, canonical base64",
                        insider(DATA3, lines -> lines.set(2, lines.get(2).replace("\"AAH/\"", "\"AAG\"")))),
                row(
                        "extra member",
                        ENTRIES,
                        "line 3 (seq 2): payload: not JSON at byte 17",
                        line(2, ",\"salt\":", ",\"extra\":1,\"salt\":")),
                row(
                        "member after the salt",
                        ENTRIES,
                        "line 3 (seq 2): expected salt (,",
                        insider(DATA, lines -> lines.set(2, lines.get(2).replaceAll("\\}$", ",\"x\":1}")))),
                row(
                        "space after the line",
                        ENTRIES,
                        "line 3 (seq 2): expected salt (,",
                        insider(DATA, lines -> lines.set(2, lines.get(2) + " "))),
                row(
                        "carriage returns",
                        ENTRIES,
                        "line 1 (seq 0): bytes after the line's object, from byte 324",
                        insider(DATA, lines -> lines.replaceAll(line -> line.isEmpty() ? line : line + "\r"))),
                row(
                        "garbage line",
                        ENTRIES,
                        "line 3 (seq 2): expected the line's start",
                        insider(DATA, lines -> lines.set(2, "garbage"))),
                row("empty line", ENTRIES, "line 3 is empty", insider(DATA, lines -> lines.set(2, ""))),
                row("no line feed at the end", ENTRIES, "line 6 has no line feed", t -> {
                    byte[] content = Text.bytes(String.join("\n", t.acme(0).lines(DATA)));
                    t.acme(0).write(DATA, Zstd.compress(Arrays.copyOf(content, content.length - 1)));
                    t.only(t.acme(0));
                }),
                row(
                        "entry with whitespace",
                        ENTRIES,
                        "line 3 (seq 2): entry: entry is not in RFC 8785 form at byte 135",
                        line(2, "\"kind\":", "\"kind\": ")),
                row(
                        "entry with an extra member",
                        ENTRIES,
                        "line 3 (seq 2): entry: entry: unknown member 'u'",
                        line(2, "\"v\":1}", "\"u\":1,\"v\":1}")),
                row(
                        "entry of another version",
                        ENTRIES,
                        "line 3 (seq 2): no entry within 4096 bytes",
                        line(2, "\"v\":1}", "\"v\":2}")),
                row(
                        "entry of an unknown kind",
                        ENTRIES,
                        "line 3 (seq 2): entry: entry: unknown kind 'evend'",
                        line(2, "\"kind\":\"event\"", "\"kind\":\"evend\"")),
                row(
                        "wrong window in the manifest",
                        ENTRIES,
                        "recorded 2026-11-21T03:00:00.137Z is not in the window 2026-11-21T03:15:00Z to 2026-11-21T03:30:00Z",
                        t -> {
                            t.acme(0)
                                    .replace(
                                            "manifest.json",
                                            "\"end\":\"2026-11-21T03:15:00.000Z\",\"start\":\"2026-11-21T03:00:00.000Z\"",
                                            "\"end\":\"2026-11-21T03:30:00.000Z\",\"start\":\"2026-11-21T03:15:00.000Z\"");
                            t.reseal(t.acme(0));
                            t.only(t.acme(0));
                        }),
                row(
                        "zip bomb",
                        ENTRIES,
                        "chain-0000-00000.ndjson.zst: content is over 3363 bytes",
                        stored(Zstd.compress(new byte[200_000_000]))),
                row(
                        "not zstd",
                        ENTRIES,
                        "not a zstd frame: begins with 6e65227b",
                        stored(Text.bytes("{\"entry\":{}}\n"))),
                row("empty data file", ENTRIES, "chain-0000-00000.ndjson.zst: no zstd frame", stored(new byte[0])),
                row("data file cut off", ENTRIES, "chain-0000-00000.ndjson.zst: zstd frame is cut off", t -> {
                    byte[] whole = t.acme(0).read(DATA);
                    t.acme(0).write(DATA, Arrays.copyOf(whole, whole.length - 3));
                    t.reseal(t.acme(0));
                }),
                row(
                        "skippable frame",
                        ENTRIES,
                        "skippable zstd frame",
                        t -> append(t, new byte[] {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4})),
                row(
                        "bytes after the last frame",
                        ENTRIES,
                        "not a zstd frame: begins with 4030201",
                        t -> append(t, new byte[] {1, 2, 3, 4})),
                row(
                        "half a magic number after the last frame",
                        ENTRIES,
                        "chain-0000-00000.ndjson.zst: zstd frame is cut off",
                        t -> append(t, new byte[] {0x28})),
                row("frame with a dictionary", ENTRIES, "zstd frame with a dictionary", stored(new byte[] {
                    0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x01, 0x58, 7, 1, 0, 0
                })),
                row(
                        "frame with a huge window",
                        ENTRIES,
                        "zstd window of 134217728 bytes, the limit is 8388608 (windowLog 23)",
                        stored(longWindow())),
                row("corrupt block", ENTRIES, DATA, t -> {
                    t.acme(0).flipByte(DATA, 60);
                    t.reseal(t.acme(0));
                    t.only(t.acme(0));
                }),
                row(
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
}
