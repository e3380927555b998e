// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.entry.Body;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.Event;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SourceRange;
import io.tallystick.entry.SourceTopic;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonScanner;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Writes a bucket with one tenant, one chain and one window of as many real events as asked for. Constant memory. */
final class BundleMaker {
    static final String ORIGIN = "bench.example.com";
    static final ChainId CHAIN = new ChainId("bench", 0);

    private static final Manifest.Window WINDOW =
            new Manifest.Window(Instant.parse("2026-11-21T03:15:00Z"), Instant.parse("2026-11-21T03:30:00Z"));
    private static final Hash BLIND = Hash.sha256("blind".getBytes(StandardCharsets.US_ASCII));

    private final Path bucket;
    private final Path folder;
    private final BundleKeys keys = new BundleKeys();
    private final List<byte[]> payloads;
    private final List<Manifest.DataFile> data = new ArrayList<>();
    private CompactRange range = CompactRange.EMPTY;
    private Hash prev = Hash.ZERO;
    private Output output;

    /** @param payloadBytes cut real events to JSON of this size; 0 for real events as they are */
    BundleMaker(Path bucket, int payloadBytes) {
        this.bucket = bucket;
        this.folder = bucket.resolve(BundleLayout.bundleDir(CHAIN.tenant(), WINDOW.start()));
        this.payloads = payloadBytes == 0 ? real() : sized(payloadBytes);
    }

    private static List<byte[]> real() {
        return SamplePayloads.realEvents().stream().map(BundleMaker::minified).toList();
    }

    private static byte[] minified(byte[] event) {
        try {
            return JsonScanner.minify(event, 64);
        } catch (JsonException e) {
            throw new IllegalStateException("a fixture is not JSON", e);
        }
    }

    private static List<byte[]> sized(int bytes) {
        List<byte[]> sized = new ArrayList<>();
        for (byte[] event : SamplePayloads.realEvents()) {
            StringBuilder text = new StringBuilder("{\"event\":\"");
            String plain = new String(event, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]|[\"\\\\]", ".");
            while (text.length() < bytes - 2) {
                text.append(plain);
            }
            text.setLength(Math.max(12, bytes - 2));
            sized.add(text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII));
        }
        return sized;
    }

    /** One data file while it is written: compressed as the exporter does, digested before. */
    private static final class Output {
        private final String name;
        private final OutputStream out;
        private final MessageDigest digest = Hash.newDigest();
        private long bytes;
        private long lines;

        Output(Path folder, int number) throws IOException {
            name = BundleLayout.dataFile(CHAIN.partition(), number);
            ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(new BufferedOutputStream(
                    Files.newOutputStream(folder.resolve(name + BundleLayout.STORED_SUFFIX)), 1 << 16));
            zstd.setLevel(3);
            out = new BufferedOutputStream(zstd, 1 << 16);
        }

        void line(byte[] line) throws IOException {
            out.write(line);
            out.write('\n');
            digest.update(line);
            digest.update((byte) '\n');
            bytes += line.length + 1L;
            lines++;
        }

        Manifest.DataFile end() throws IOException {
            out.close();
            return new Manifest.DataFile(name, bytes, lines, Hash.of(digest.digest()));
        }
    }

    /**
     * Writes bundle, registry leaves and trust root ({@code trust-root.json} in the bucket's parent).
     *
     * @param contentBytes of all lines together, at least
     * @return entries written
     */
    long write(long contentBytes) throws IOException {
        Files.createDirectories(folder);
        output = new Output(folder, 0);
        append(new Genesis(
                CHAIN.origin(ORIGIN), new SourceTopic("bench", "ledger.in.bench", "AAAAAAAAAAAAAAAAAAAAAA", 0)));
        long content = 0;
        long events = 0;
        while (content < contentBytes) {
            content += event(events++);
        }
        data.add(output.end());
        seal(events);
        return events + 1;
    }

    private long event(long number) throws IOException {
        byte[] payload = payloads.get((int) (number % payloads.size()));
        Salt salt = SamplePayloads.salt("salt-" + number % 1000);
        Event event = new Event(
                new SourceRange(number, number + 1, Optional.of(WINDOW.start())),
                "e-" + number,
                "bench.event",
                Optional.empty(),
                Optional.of("urn:bench"),
                new PayloadRef(payload.length, Commitments.payload(salt, payload), PayloadRef.JSON),
                Optional.empty(),
                OptionalLong.empty());
        return append(event, Optional.of(new BundleLine.Opening(Optional.of(Bytes.of(payload)), salt)));
    }

    private void append(Genesis genesis) throws IOException {
        append(genesis, Optional.empty());
    }

    private long append(Body body, Optional<BundleLine.Opening> payload) throws IOException {
        byte[] entry = EntryCodec.encode(new Entry(CHAIN, range.size(), prev, WINDOW.start(), body));
        byte[] line;
        try {
            line = BundleLine.of(Bytes.wrap(entry), Optional.empty(), payload).encode();
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
        if (output.bytes + line.length + 1 > BundleLayout.DATA_BYTES_MAX) {
            data.add(output.end());
            output = new Output(folder, data.size());
        }
        output.line(line);
        prev = Rfc6962.leafHash(entry);
        range = range.append(prev);
        return line.length + 1L;
    }

    private void seal(long events) throws IOException {
        Checkpoint chain = new Checkpoint(CHAIN.origin(ORIGIN), range.head());
        RegistryLeaf.Head head = new RegistryLeaf.Head(
                RegistryLeaf.chainId(chain.origin()),
                RegistryLeaf.headCommitment(BLIND.bytes(), chain.text()),
                WINDOW.start());
        RegistryLeaf.Window window = new RegistryLeaf.Window(1, WINDOW.end(), 0, WINDOW.start());
        TreeExtension registry = new TreeExtension(
                CompactRange.EMPTY, List.of(Rfc6962.leafHash(head.encode()), Rfc6962.leafHash(window.encode())));
        RegistryProofs proofs = new RegistryProofs(
                TreeHead.EMPTY,
                registry.head(),
                List.of(),
                List.of(new RegistryProofs.Head(CHAIN, 0, registry.inclusionProof(0))),
                new RegistryProofs.Window(1, window, registry.inclusionProof(1)));
        TreeMap<String, Long> counts = new TreeMap<>();
        counts.put("genesis", 1L);
        counts.put("event", events);
        Manifest manifest = new Manifest(
                ORIGIN,
                CHAIN.tenant(),
                WINDOW,
                BLIND,
                false,
                Optional.empty(),
                new Manifest.Registry(
                        0, List.of(), Rfc6962.EMPTY_ROOT, 2, registry.head().root()),
                List.of(new Manifest.Chain(
                        0,
                        0,
                        range.size(),
                        Hash.ZERO,
                        List.of(),
                        Rfc6962.EMPTY_ROOT,
                        range.head().root(),
                        new Manifest.SourceSpan(0, events),
                        OptionalLong.of(events),
                        Optional.of(WINDOW.start()),
                        counts,
                        new TreeMap<>(),
                        0)),
                data,
                List.of());
        try {
            byte[] checkpoint = keys.note(new Checkpoint(ORIGIN, registry.head()));
            write(folder, BundleLayout.MANIFEST, manifest.encode());
            write(folder, BundleLayout.REGISTRY_PROOFS, proofs.encode());
            write(folder, BundleLayout.chainCheckpoint(0), keys.note(chain));
            Path leaves = bucket.resolve(BundleLayout.registryDir(WINDOW.start()));
            write(leaves, BundleLayout.LEAVES, leaves(head, window));
            write(leaves, BundleLayout.CHECKPOINT, checkpoint);
            keys.sign(folder, WINDOW.end());
            write(folder, BundleLayout.CHECKPOINT, checkpoint);
            Files.write(bucket.resolveSibling("trust-root.json"), keys.trustRoot());
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] leaves(RegistryLeaf head, RegistryLeaf window) {
        String text = new String(head.encode(), StandardCharsets.US_ASCII) + "\n"
                + new String(window.encode(), StandardCharsets.US_ASCII) + "\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(Path folder, String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** The data files as stored. */
    List<Path> stored() {
        return data.stream()
                .map(file -> folder.resolve(file.name() + BundleLayout.STORED_SUFFIX))
                .toList();
    }

    Path tenantFolder() {
        return bucket.resolve(BundleLayout.tenantDir(CHAIN.tenant()));
    }
}
