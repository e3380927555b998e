// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.Body;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.GapReason;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SchemaRef;
import io.tallystick.entry.SourceRange;
import io.tallystick.entry.SourceTopic;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigner;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A small ledger for tests, without a broker: appends entries as the sequencer would, and at a window's end makes the
 * registry's leaves and the signed checkpoints as the anchor would. Keys are fresh, or {@linkplain #seeded the same}; the rest is
 * the same in every run.
 */
public final class SampleLedger {
    /** The ledger's origin. */
    public static final String ORIGIN = "ledger.example.com";

    /** Size of a window. */
    public static final Duration WINDOW = Duration.ofMinutes(15);

    private static final Duration BETWEEN_ENTRIES = Duration.ofSeconds(1);

    private static final Instant START = Instant.parse("2026-11-21T03:15:00Z");

    private final SigningKey checkpointKey;
    private final SigningKey witnessableKey;
    private final SigningKey rootKey;
    private final SigningKey bundleKey;
    private final SortedMap<ChainId, Chain> chains = new TreeMap<>();
    private CompactRange registry = CompactRange.EMPTY;
    private Instant windowStart;
    private Instant clock;

    private static final class Chain {
        private CompactRange tree = CompactRange.EMPTY;
        private Hash lastLeaf = Hash.ZERO;
        private long next;
        private boolean changed;
    }

    /**
     * What a window's end brings forth.
     *
     * @param window the window
     * @param previous registry before it
     * @param leaves leaf data
     * @param registry registry after it
     * @param checkpoint signed registry checkpoint
     * @param chainCheckpoints signed checkpoints of the registered heads
     */
    public record Sealed(
            Manifest.Window window,
            CompactRange previous,
            List<Bytes> leaves,
            CompactRange registry,
            Bytes checkpoint,
            Map<ChainId, Bytes> chainCheckpoints) {
        /** As the core takes it. */
        public SealedWindow toCore() {
            return new SealedWindow(ORIGIN, window, previous, leaves, registry.head(), checkpoint);
        }
    }

    private SampleLedger(Instant start, SecureRandom random) {
        this.windowStart = start;
        this.clock = start;
        this.checkpointKey = KeyFile.generate(KeyAlgorithm.ECDSA_P256, random);
        this.witnessableKey = KeyFile.generate(KeyAlgorithm.ED25519, random);
        this.rootKey = KeyFile.generate(KeyAlgorithm.ED25519, random);
        this.bundleKey = KeyFile.generate(KeyAlgorithm.ECDSA_P256, random);
    }

    /** A ledger whose first window starts at {@code start}. */
    public SampleLedger(Instant start) {
        this(start, new SecureRandom());
    }

    /** Starts at 2026-11-21T03:15:00Z. */
    public SampleLedger() {
        this(START);
    }

    /** As {@link #SampleLedger()}, with the same keys in every process: for tests of several. */
    public static SampleLedger seeded(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG"); // the one that gives the same for a seed
            random.setSeed(seed);
            return new SampleLedger(START, random);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key that signs bundles. */
    public SigningKey bundleKey() {
        return bundleKey;
    }

    /** Trust root with all keys. */
    public byte[] trustRoot() {
        try {
            Instant issued = Instant.parse("2026-01-01T00:00:00Z");
            return new TrustRootBuilder(ORIGIN, issued, issued.plus(Duration.ofDays(3650)))
                    .checkpointKey(checkpointKey.spki())
                    .checkpointKey(witnessableKey.spki())
                    .bundleKey(bundleKey.spki())
                    .sign(rootKey)
                    .encode();
        } catch (KeyException | TrustException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key that signs checkpoints. */
    public SigningKey checkpointKey() {
        return checkpointKey;
    }

    /** Signs a version with the root key. */
    public TrustRoot signed(TrustRootDraft draft) {
        try {
            return draft.sign(rootKey).complete();
        } catch (TrustException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The next version of the trust root: another key signs bundles too.
     *
     * @param fresh valid from {@code first} on
     * @param last last instant of the first bundle key
     */
    public TrustRoot rotated(SigningKey fresh, Instant first, Instant last) {
        try {
            TrustRoot now = TrustRoot.parse(trustRoot());
            TrustedKey old = now.key(bundleKey.keyId()).orElseThrow();
            return signed(TrustRootDraft.following(now, now.issued())
                    .withKey(old.keyId(), key -> key.with(KeyStatus.ACTIVE, last, Optional.empty()))
                    .withKey(new TrustedKey(
                            PublicKey.of(fresh.spki()),
                            old.roles(),
                            old.scopes(),
                            first,
                            old.notAfter(),
                            KeyStatus.ACTIVE,
                            Optional.empty())));
        } catch (KeyException | TrustException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A tenant with a blind of its own, kept for ten years. */
    public static TenantDescriptor tenant(String tenant) {
        return new TenantDescriptor(
                tenant,
                TenantDescriptor.State.ACTIVE,
                List.of("q1Sh-9_ISia_zwGINzRvyQ"),
                blind(tenant),
                1,
                TenantPolicies.DEFAULT,
                false,
                new TenantDescriptor.Retention("standard", 3650));
    }

    /** The blind of {@link #tenant}. */
    public static Hash blind(String tenant) {
        return Hash.sha256(tenant.getBytes(UTF_8));
    }

    private static Salt salt(String label) {
        return Salt.of(Arrays.copyOf(Hash.sha256(label.getBytes(UTF_8)).bytes(), 16));
    }

    /** Source offset the chain has covered. */
    public long next(ChainId chain) {
        return chains.get(chain).next;
    }

    /** Number of entries of the chain. */
    public long size(ChainId chain) {
        return chains.get(chain).tree.size();
    }

    /** Appends the genesis. */
    public StoredEntry genesis(ChainId chain) {
        chains.put(chain, new Chain());
        SourceTopic source = new SourceTopic(
                "MkU3OEVBNTcwNTJENDM2Qk", "ledger.in." + chain.tenant(), "q1Sh-9_ISia_zwGINzRvyQ", chain.partition());
        return append(chain, new Genesis(chain.origin(ORIGIN), source), Optional.empty(), Optional.empty());
    }

    /** Appends an event with a JSON payload and a context. */
    public StoredEntry event(ChainId chain, String json) {
        return event(chain, "login", Optional.empty(), json);
    }

    /** Appends an event with a JSON payload, of a type and about a subject. */
    public StoredEntry event(ChainId chain, String type, Optional<String> subject, String json) {
        Salt contextSalt = salt("context " + chain + " " + size(chain));
        byte[] context = new Context(Optional.of("u-1"), List.of(), Optional.of(Bytes.utf8("key")), subject).encode();
        ContextRef contextRef = new ContextRef(context.length, Commitments.context(contextSalt, context));
        return payloadEntry(chain, type, json, PayloadRef.JSON, Optional.empty(), Optional.of(contextRef))
                .with(contextSalt, context);
    }

    /** Appends an event whose payload is an Avro record of the given schema. */
    public StoredEntry avroEvent(ChainId chain, String bytes, SchemaRef schema) {
        return payloadEntry(
                        chain, "login", bytes, "application/vnd.confluent.avro", Optional.of(schema), Optional.empty())
                .entry();
    }

    private record Draft(SampleLedger ledger, ChainId chain, Event body, BundleLine.Opening payload) {
        StoredEntry entry() {
            return ledger.append(chain, body, Optional.empty(), Optional.of(payload));
        }

        StoredEntry with(Salt salt, byte[] context) {
            BundleLine.Opening opening = new BundleLine.Opening(Optional.of(Bytes.of(context)), salt);
            return ledger.append(chain, body, Optional.of(opening), Optional.of(payload));
        }
    }

    private Draft payloadEntry(
            ChainId chain,
            String type,
            String text,
            String media,
            Optional<SchemaRef> schema,
            Optional<ContextRef> context) {
        Salt salt = salt("payload " + chain + " " + size(chain));
        byte[] payload = text.getBytes(UTF_8);
        Event event = new Event(
                new SourceRange(next(chain), next(chain) + 1, Optional.of(clock)),
                "e-" + next(chain),
                type,
                Optional.empty(),
                Optional.empty(),
                new PayloadRef(payload.length, Commitments.payload(salt, payload), media, schema),
                context,
                OptionalLong.empty());
        return new Draft(this, chain, event, new BundleLine.Opening(Optional.of(Bytes.of(payload)), salt));
    }

    /** Appends a record that was refused, with its bytes. */
    public StoredEntry rejected(ChainId chain, String value) {
        Salt salt = salt("payload " + chain + " " + size(chain));
        byte[] payload = value.getBytes(UTF_8);
        Rejected rejected = new Rejected(
                new SourceRange(next(chain), next(chain) + 1, Optional.empty()),
                RejectReason.NOT_JSON,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new PayloadRef(
                        payload.length, Commitments.payload(salt, payload), PayloadRef.JSON, Optional.empty())),
                Optional.empty(),
                OptionalLong.empty());
        return append(
                chain,
                rejected,
                Optional.empty(),
                Optional.of(new BundleLine.Opening(Optional.of(Bytes.of(payload)), salt)));
    }

    /** Appends a record that was refused for its size; its bytes are not kept. */
    public StoredEntry tooLarge(ChainId chain, long bytes) {
        Salt salt = salt("payload " + chain + " " + size(chain));
        Rejected rejected = new Rejected(
                new SourceRange(next(chain), next(chain) + 1, Optional.empty()),
                RejectReason.VALUE_TOO_LARGE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new PayloadRef(bytes, blind("large"), PayloadRef.JSON, Optional.empty())),
                Optional.empty(),
                OptionalLong.empty());
        return append(chain, rejected, Optional.empty(), Optional.of(new BundleLine.Opening(Optional.empty(), salt)));
    }

    /** Appends a gap of lost source records. */
    public StoredEntry gap(ChainId chain, int records) {
        Gap gap = new Gap(next(chain), next(chain) + records, GapReason.SOURCE_RETENTION);
        return append(chain, gap, Optional.empty(), Optional.empty());
    }

    private StoredEntry append(
            ChainId id, Body body, Optional<BundleLine.Opening> context, Optional<BundleLine.Opening> payload) {
        Chain chain = chains.get(id);
        byte[] entry = EntryCodec.encode(new Entry(id, chain.tree.size(), chain.lastLeaf, clock, body));
        chain.lastLeaf = Rfc6962.leafHash(entry);
        chain.tree = chain.tree.append(chain.lastLeaf);
        chain.next = nextAfter(chain, body);
        chain.changed = true;
        clock = clock.plus(BETWEEN_ENTRIES);
        return new StoredEntry(Bytes.of(entry), context, payload);
    }

    private static long nextAfter(Chain chain, Body body) {
        if (body instanceof Event event) {
            return event.source().next();
        }
        if (body instanceof Rejected rejected) {
            return rejected.source().next();
        }
        return body instanceof Gap gap ? gap.next() : chain.next;
    }

    /** The window that is open. */
    public Manifest.Window window() {
        return new Manifest.Window(windowStart, windowStart.plus(WINDOW));
    }

    /** Ends the window. */
    public Sealed seal() {
        Manifest.Window window = window();
        CompactRange previous = registry;
        SortedMap<Hash, Bytes> heads = new TreeMap<>();
        Map<ChainId, Bytes> checkpoints = new TreeMap<>();
        chains.forEach((id, chain) -> {
            if (chain.changed) {
                Checkpoint checkpoint = new Checkpoint(id.origin(ORIGIN), chain.tree.head());
                Hash leaf = RegistryLeaf.chainId(checkpoint.origin());
                Hash commitment = RegistryLeaf.headCommitment(blind(id.tenant()).bytes(), checkpoint.text());
                heads.put(leaf, Bytes.of(new RegistryLeaf.Head(leaf, commitment, window.start()).encode()));
                checkpoints.put(id, sign(checkpoint));
                chain.changed = false;
            }
        });
        List<Bytes> leaves = new ArrayList<>(heads.values());
        leaves.add(Bytes.of(
                new RegistryLeaf.Window(heads.size(), window.end(), previous.size(), window.start()).encode()));
        leaves.forEach(leaf -> registry = registry.append(Rfc6962.leafHash(leaf.toByteArray())));
        windowStart = window.end();
        clock = windowStart;
        return new Sealed(
                window, previous, leaves, registry, sign(new Checkpoint(ORIGIN, registry.head())), checkpoints);
    }

    private Bytes sign(Checkpoint checkpoint) {
        try {
            List<NoteSigner> signers = List.of(
                    NoteSigners.of(checkpoint.origin(), witnessableKey),
                    NoteSigners.of(checkpoint.origin(), checkpointKey));
            return Bytes.of(SignedNote.sign(checkpoint.text(), signers).encode());
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }
}
