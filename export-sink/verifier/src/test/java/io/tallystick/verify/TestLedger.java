// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.SlowTree.hex;
import static io.tallystick.verify.SlowTree.sha256;
import static io.tallystick.verify.Text.bytes;
import static io.tallystick.verify.Text.json;
import static io.tallystick.verify.Text.object;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.trust.SigningKey;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A ledger in miniature that writes a bucket: an independent second writer of the formats. It knows none of the encoders
 * under test; notes alone are signed with the library, whose vectors are the specification's own.
 */
final class TestLedger {
    static final String ORIGIN = TestKeys.ORIGIN;
    static final Duration WINDOW = Duration.ofMinutes(15);

    final TestKeys keys;
    final Path bucket;
    private final Random random;
    private Instant start;
    private final Map<String, Tenant> tenants = new TreeMap<>();
    private final List<byte[]> registry = new ArrayList<>();
    /** Who signs the checkpoints of the open window, in the order of the lines. */
    List<SigningKey> signers;

    TestLedger(Path bucket, Instant start, long seed) {
        this(bucket, start, seed, new TestKeys());
    }

    TestLedger(Path bucket, Instant start, long seed, TestKeys keys) {
        this.keys = keys;
        this.signers = List.of(keys.ed25519, keys.p256);
        this.bucket = bucket;
        this.start = start;
        this.random = new Random(seed);
    }

    Instant windowStart() {
        return start;
    }

    Tenant tenant(String name, boolean transactional) {
        return tenants.computeIfAbsent(name, n -> new Tenant(n, transactional, randomBytes(32)));
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** One tenant, with its chains by partition. */
    final class Tenant {
        final String name;
        private final boolean transactional;
        private final byte[] blind;
        private final Map<Integer, Chain> chains = new TreeMap<>();
        private String previous;
        /** Chains that reach the registry but are left out of the bundle: a dishonest exporter's. */
        final TreeSet<Integer> hidden = new TreeSet<>();

        Tenant(String name, boolean transactional, byte[] blind) {
            this.name = name;
            this.transactional = transactional;
            this.blind = blind;
        }

        Chain chain(int partition) {
            return chains.computeIfAbsent(partition, p -> new Chain(this, p));
        }
    }

    /** One chain; each method appends one entry to the open window. */
    final class Chain {
        private final Tenant tenant;
        private final int partition;
        private final List<byte[]> entries = new ArrayList<>();
        private final List<Supplier<String>> lines = new ArrayList<>();
        private final Map<String, Long> counts = new TreeMap<>();
        private final Map<String, Long> reasons = new TreeMap<>();
        private final TreeMap<String, byte[]> schemas = new TreeMap<>();
        /** Whether the lines are too long together to be held at once. */
        private boolean large;

        private int firstSeq;
        private long from;
        private long next;
        private long skipped;
        private Long sourceEnd;
        private Instant recorded = start;
        private String topicId = "AAAAAAAAAAAAAAAAAAAAAA";

        Chain(Tenant tenant, int partition) {
            this.tenant = tenant;
            this.partition = partition;
        }

        String id() {
            return tenant.name + "/" + partition;
        }

        Chain recorded(Instant time) {
            recorded = time;
            return this;
        }

        Chain genesis() {
            return append("genesis", null, sourceMembers(null), "");
        }

        Chain source(String newTopicId) {
            topicId = newTopicId;
            next = 0;
            return append("source", "topic-recreated", sourceMembers("topic-recreated"), "");
        }

        private Map<String, Object> sourceMembers(String reason) {
            return object(
                    "cluster",
                    "test-cluster",
                    "hash",
                    "sha-256",
                    "origin",
                    ORIGIN + "/" + id(),
                    "partition",
                    partition,
                    "reason",
                    reason,
                    "topic",
                    "ledger.in." + tenant.name,
                    "topicId",
                    topicId);
        }

        /** A JSON event, with context. */
        Chain event(String id, String payload) {
            return event(id, payload, 0);
        }

        /** A JSON event after {@code markers} offsets that are not records. */
        Chain event(String id, String payload, int markers) {
            String context =
                    "{\"actor\":\"alice\",\"headers\":[{\"name\":\"trace\",\"value\":\"1\"},{\"name\":\"empty\"}],"
                            + "\"key\":\"k-" + id + "\"}";
            String contextSalt = hex(randomBytes(16));
            Payload opened = payload(bytes(payload), "application/json", null);
            Map<String, Object> members = object(
                    "context",
                    object("bytes", context.length(), "commit", commit("context", contextSalt, bytes(context))),
                    "id",
                    id,
                    "payload",
                    opened.member,
                    "producer",
                    "urn:test",
                    "source",
                    cover(markers),
                    "time",
                    "2026-11-21T03:00:00+01:00",
                    "type",
                    "order.created");
            return append(
                    "event",
                    null,
                    members,
                    ",\"context\":" + context + ",\"contextSalt\":\"" + contextSalt + "\",\"payload\":" + payload
                            + ",\"salt\":\"" + opened.salt + "\"");
        }

        /** A JSON event of a type, about a subject. */
        Chain about(String id, String type, String subject, String payload) {
            String context = "{\"actor\":\"bob\",\"headers\":[],\"subject\":\"" + subject + "\"}";
            String contextSalt = hex(randomBytes(16));
            Payload opened = payload(bytes(payload), "application/json", null);
            Map<String, Object> members = object(
                    "context",
                    object("bytes", context.length(), "commit", commit("context", contextSalt, bytes(context))),
                    "id",
                    id,
                    "payload",
                    opened.member,
                    "source",
                    cover(0),
                    "type",
                    type);
            return append(
                    "event",
                    null,
                    members,
                    ",\"context\":" + context + ",\"contextSalt\":\"" + contextSalt + "\",\"payload\":" + payload
                            + ",\"salt\":\"" + opened.salt + "\"");
        }

        /** An event with a payload of this many characters; it is made when it is written, so that many of them are no burden. */
        Chain large(String id, int characters) {
            Supplier<String> payload = () -> "\"" + (id + " ").repeat(characters / (id.length() + 1)) + "\"";
            large = true;
            Payload opened = payload(bytes(payload.get()), "application/json", null);
            String salt = opened.salt;
            Map<String, Object> members =
                    object("id", id, "payload", opened.member, "source", cover(0), "type", "order.created");
            return append("event", null, members, () -> ",\"payload\":" + payload.get() + ",\"salt\":\"" + salt + "\"");
        }

        Chain octets(String id, byte[] payload, String media) {
            return octets(id, payload, media, null);
        }

        Chain avro(String id, byte[] payload, String schema) {
            String sha256 = hex(sha256(bytes(schema)));
            schemas.put(sha256, bytes(schema));
            return octets(id, payload, "application/vnd.confluent.avro", object("id", 7, "sha256", sha256));
        }

        private Chain octets(String id, byte[] payload, String media, Map<String, Object> schema) {
            Payload opened = payload(payload, media, schema);
            Map<String, Object> members =
                    object("id", id, "payload", opened.member, "source", cover(0), "type", "event");
            return append("event", null, members, opened.line64());
        }

        Chain duplicate(String id, String payload, long of) {
            Payload opened = payload(bytes(payload), "application/json", null);
            Map<String, Object> members = object(
                    "duplicateOf", of, "id", id, "payload", opened.member, "source", cover(0), "type", "order.created");
            return append("event", null, members, ",\"payload\":" + payload + ",\"salt\":\"" + opened.salt + "\"");
        }

        Chain rejected(String reason, byte[] value) {
            if (value == null) {
                return append("rejected", reason, object("reason", reason, "source", cover(0)), "");
            }
            Payload opened = payload(value, "application/octet-stream", null);
            Map<String, Object> members = object("payload", opened.member, "reason", reason, "source", cover(0));
            return append(
                    "rejected",
                    reason,
                    members,
                    reason.equals("value-too-large") ? ",\"salt\":\"" + opened.salt + "\"" : opened.line64());
        }

        Chain gap(int offsets) {
            Map<String, Object> source = object("from", next, "next", next + offsets);
            next += offsets;
            return append("gap", "before-ledger", object("reason", "before-ledger", "source", source), "");
        }

        Chain control(String id, String payload) {
            Payload opened = payload(bytes(payload), "application/json", null);
            return append(
                    "control",
                    null,
                    object("id", id, "payload", opened.member, "type", "ledger.config"),
                    ",\"payload\":" + payload + ",\"salt\":\"" + opened.salt + "\"");
        }

        Chain closed() {
            return append("closed", "closed", object("reason", "closed"), "");
        }

        Chain sourceEnd(long end) {
            sourceEnd = end;
            return this;
        }

        private Map<String, Object> cover(int markers) {
            long begin = next;
            next += markers + 1L;
            skipped += markers;
            return object("from", begin, "next", next, "time", "2026-11-21T02:59:59.000Z");
        }

        private Chain append(String kind, String reason, Map<String, Object> members, String rest) {
            return append(kind, reason, members, () -> rest);
        }

        private Chain append(String kind, String reason, Map<String, Object> members, Supplier<String> rest) {
            recorded = recorded.plusMillis(137);
            Map<String, Object> entry = new TreeMap<>(members);
            entry.put("chain", id());
            entry.put("kind", kind);
            entry.put("prev", prev(entries.size()));
            entry.put("recorded", time(recorded));
            entry.put("seq", entries.size());
            entry.put("v", 1);
            String encoded = json(entry);
            entries.add(bytes(encoded));
            lines.add(() -> "{\"entry\":" + encoded + rest.get() + "}");
            counts.merge(kind, 1L, Long::sum);
            if (reason != null) {
                reasons.merge(reason, 1L, Long::sum);
            }
            return this;
        }

        private String prev(int seq) {
            return seq == 0 ? "0".repeat(64) : hex(SlowTree.leaf(entries.get(seq - 1)));
        }

        private String checkpointText() {
            return ORIGIN + "/" + id() + "\n" + entries.size() + "\n"
                    + Base64.getEncoder().encodeToString(SlowTree.root(entries)) + "\n";
        }

        private Map<String, Object> manifest() {
            List<byte[]> before = entries.subList(0, firstSeq);
            return object(
                    "asOf",
                    sourceEnd == null ? null : time(start),
                    "counts",
                    counts,
                    "firstSeq",
                    firstSeq,
                    "frontier",
                    SlowTree.frontier(before),
                    "partition",
                    partition,
                    "prev",
                    prev(firstSeq),
                    "previousRoot",
                    hex(SlowTree.root(before)),
                    "reasons",
                    reasons,
                    "root",
                    hex(SlowTree.root(entries)),
                    "size",
                    entries.size(),
                    "skippedOffsets",
                    skipped,
                    "source",
                    object("from", lines.isEmpty() ? next : from, "next", next),
                    "sourceEnd",
                    sourceEnd);
        }

        private void nextWindow() {
            firstSeq = entries.size();
            from = next;
            skipped = 0;
            lines.clear();
            counts.clear();
            reasons.clear();
            schemas.clear();
            recorded = start;
        }
    }

    private static final class Payload {
        final Map<String, Object> member;
        final String salt;
        final byte[] bytes;

        Payload(Map<String, Object> member, String salt, byte[] bytes) {
            this.member = member;
            this.salt = salt;
            this.bytes = bytes;
        }

        String line64() {
            return ",\"payload64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\",\"salt\":\"" + salt + "\"";
        }
    }

    private Payload payload(byte[] bytes, String media, Map<String, Object> schema) {
        String salt = hex(randomBytes(16));
        Map<String, Object> member = object(
                "bytes", bytes.length, "commit", commit("payload", salt, bytes), "media", media, "schema", schema);
        return new Payload(member, salt, bytes);
    }

    private static String commit(String what, String salt, byte[] bytes) {
        return hex(sha256(bytes("tallystick/" + what + "/v1\0"), HexFormat.of().parseHex(salt), bytes));
    }

    private static String time(Instant time) {
        String text = time.toString();
        return text.length() == 20 ? text.replace("Z", ".000Z") : text;
    }

    static String window(Instant start) {
        String text = start.toString();
        return "dt=" + text.substring(0, 10) + "/window_start="
                + text.replace("-", "").replace(":", "");
    }

    /** Registers the heads, signs, writes every tenant's bundle and the shared leaves, and opens the next window. */
    void closeWindow() {
        try {
            int first = registry.size();
            Map<String, byte[]> leaves = new TreeMap<>();
            for (Tenant tenant : tenants.values()) {
                for (Chain chain : tenant.chains.values()) {
                    if (!chain.lines.isEmpty()) {
                        register(chain, leaves);
                    }
                }
            }
            Map<String, Integer> indexes = new TreeMap<>();
            leaves.forEach((chainHex, leaf) -> {
                indexes.put(chainHex, registry.size());
                registry.add(leaf);
            });
            Map<String, Object> windowLeaf = object(
                    "chains",
                    leaves.size(),
                    "end",
                    time(start.plus(WINDOW)),
                    "first",
                    first,
                    "kind",
                    "window",
                    "start",
                    time(start),
                    "v",
                    1);
            registry.add(bytes(json(windowLeaf)));
            byte[] checkpoint = note(ORIGIN, registryText(), signers);
            Path shared = bucket.resolve("v1/registry").resolve(window(start));
            Files.createDirectories(shared);
            Files.writeString(shared.resolve("leaves.ndjson"), leavesText(first));
            Files.write(shared.resolve("checkpoint"), checkpoint);
            for (Tenant tenant : tenants.values()) {
                bundle(tenant, first, indexes, windowLeaf, checkpoint);
            }
            start = start.plus(WINDOW);
            tenants.values().forEach(tenant -> tenant.chains.values().forEach(Chain::nextWindow));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void register(Chain chain, Map<String, byte[]> leaves) {
        String chainHex = chainHex(chain);
        byte[] head = sha256(bytes("tallystick/head/v1\0"), chain.tenant.blind, bytes(chain.checkpointText()));
        leaves.put(
                chainHex,
                bytes(json(
                        object("chain", chainHex, "head", hex(head), "kind", "head", "v", 1, "window", time(start)))));
    }

    private static String chainHex(Chain chain) {
        return hex(sha256(bytes("tallystick/chain/v1\0"), bytes(ORIGIN + "/" + chain.id())));
    }

    private String registryText() {
        return ORIGIN + "\n" + registry.size() + "\n" + Base64.getEncoder().encodeToString(SlowTree.root(registry))
                + "\n";
    }

    private String leavesText(int first) {
        StringBuilder text = new StringBuilder();
        registry.subList(first, registry.size())
                .forEach(leaf -> text.append(Text.string(leaf)).append('\n'));
        return text.toString();
    }

    static byte[] note(String name, String text, List<SigningKey> keys) {
        try {
            return SignedNote.sign(
                            bytes(text),
                            keys.stream().map(key -> NoteSigners.of(name, key)).toList())
                    .encode();
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    private void bundle(
            Tenant tenant, int first, Map<String, Integer> indexes, Map<String, Object> windowLeaf, byte[] checkpoint)
            throws IOException {
        if (tenant.chains.isEmpty()) {
            return;
        }
        Path folder = bucket.resolve("v1/tenant=" + tenant.name).resolve(window(start));
        Files.createDirectories(folder.resolve("proofs"));
        Files.createDirectories(folder.resolve("checkpoints"));
        List<Object> data = new ArrayList<>();
        List<Object> heads = new ArrayList<>();
        List<Object> listed = new ArrayList<>();
        TreeMap<String, byte[]> schemas = new TreeMap<>();
        for (Chain chain : tenant.chains.values()) {
            if (tenant.hidden.contains(chain.partition)) {
                continue;
            }
            listed.add(chain.manifest());
            schemas.putAll(chain.schemas);
            if (!chain.lines.isEmpty()) {
                data.add(data(folder, chain));
                int index = indexes.get(chainHex(chain));
                heads.add(object("chain", chain.id(), "index", index, "proof", SlowTree.path(index, registry)));
                Files.write(
                        folder.resolve(String.format("checkpoints/chain-%04d", chain.partition)),
                        note(ORIGIN + "/" + chain.id(), chain.checkpointText(), signers));
            }
        }
        for (Map.Entry<String, byte[]> schema : schemas.entrySet()) {
            Files.createDirectories(folder.resolve("schemas"));
            Files.write(folder.resolve("schemas/" + schema.getKey() + ".avsc"), schema.getValue());
        }
        String root = hex(SlowTree.root(registry));
        String previousRoot = hex(SlowTree.root(registry.subList(0, first)));
        Files.writeString(
                folder.resolve("proofs/registry.json"),
                json(object(
                        "consistency",
                        SlowTree.consistency(first, registry),
                        "heads",
                        heads,
                        "previousRoot",
                        previousRoot,
                        "previousSize",
                        first,
                        "root",
                        root,
                        "size",
                        registry.size(),
                        "v",
                        1,
                        "window",
                        object(
                                "index",
                                registry.size() - 1,
                                "leaf",
                                windowLeaf,
                                "proof",
                                SlowTree.path(registry.size() - 1, registry)))));
        String manifest = json(object(
                "blind",
                hex(tenant.blind),
                "chains",
                listed,
                "data",
                data,
                "format",
                "tallystick/bundle/v1",
                "origin",
                ORIGIN,
                "previous",
                tenant.previous,
                "registry",
                object(
                        "frontier", SlowTree.frontier(registry.subList(0, first)),
                        "previousRoot", previousRoot,
                        "previousSize", first,
                        "root", root,
                        "size", registry.size()),
                "schemas",
                schemas.keySet(),
                "shape",
                "canonical",
                "tenant",
                tenant.name,
                "transactional",
                tenant.transactional,
                "window",
                object("end", time(start.plus(WINDOW)), "start", time(start))));
        Files.writeString(folder.resolve("manifest.json"), manifest);
        tenant.previous = hex(sha256(bytes(manifest)));
        Files.write(folder.resolve("checkpoint"), checkpoint);
        new TestBundle(folder).seal(keys.bundle, start.plus(WINDOW).plus(Duration.ofDays(30)));
    }

    private static Map<String, Object> data(Path folder, Chain chain) throws IOException {
        String name = String.format("chain-%04d-00000.ndjson", chain.partition);
        Path stored = folder.resolve(name + ".zst");
        if (chain.large) {
            return streamed(name, stored, chain);
        }
        byte[] content =
                bytes(chain.lines.stream().map(line -> line.get() + "\n").collect(Collectors.joining()));
        Files.write(stored, Zstd.compress(content));
        return data(name, content.length, chain, sha256(content));
    }

    private static Map<String, Object> data(String name, long bytes, Chain chain, byte[] sha256) {
        return object("bytes", bytes, "lines", chain.lines.size(), "name", name, "sha256", hex(sha256));
    }

    private static Map<String, Object> streamed(String name, Path stored, Chain chain) throws IOException {
        try (OutputStream out = new ZstdOutputStream(new BufferedOutputStream(Files.newOutputStream(stored)))) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long bytes = 0;
            for (Supplier<String> line : chain.lines) {
                byte[] content = bytes(line.get() + "\n");
                out.write(content);
                digest.update(content);
                bytes += content.length;
            }
            return data(name, bytes, chain, digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
