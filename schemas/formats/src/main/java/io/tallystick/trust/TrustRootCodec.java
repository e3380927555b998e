// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.json.JsonString;
import io.tallystick.json.JsonValue;
import io.tallystick.tree.Hash;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The JSON form of a trust root, as drawn in {@link TrustRoot}. Verifies no signature. */
final class TrustRootCodec {
    private static final int DEPTH_MAX = 16;
    private static final String TYPE = "trust-root";

    private TrustRootCodec() {}

    /** A file as read: content and, by key id, the base64 of the signatures. */
    record File(TrustContent content, Map<String, String> signatures) {
        File {
            signatures = Map.copyOf(signatures);
        }
    }

    /** Reads one thing out of JSON and may find it malformed or in breach of a rule. */
    private interface Reader<T> {
        T read(JsonObject object) throws JsonException, KeyException, TrustException;
    }

    static File decode(byte[] json) throws TrustException {
        try {
            if (!(JsonParser.parse(json, DEPTH_MAX) instanceof JsonObject file)) {
                throw new TrustException("the trust root is not a JSON object");
            }
            file.requireOnly("signatures", "signed");
            JsonObject signed = file.object("signed");
            TrustContent content = content(signed);
            if (!Arrays.equals(Jcs.encode(signed), Jcs.encode(signed(content)))) {
                throw new TrustException("the trust root says the same in another form than the one defined");
            }
            return new File(content, signatures(file.array("signatures")));
        } catch (JsonException | KeyException | IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new TrustException("the trust root is not usable: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> signatures(JsonArray array) throws JsonException, TrustException {
        Map<String, String> signatures = new TreeMap<>();
        for (JsonObject object : array.objects()) {
            object.requireOnly("keyId", "sig");
            String keyId = Hash.parseHex(object.string("keyId")).toString();
            if (signatures.put(keyId, object.string("sig")) != null) {
                throw new TrustException("the trust root has two signatures of key " + keyId);
            }
        }
        return signatures;
    }

    private static TrustContent content(JsonObject signed) throws JsonException, KeyException, TrustException {
        signed.requireOnly(
                "anchors",
                "expires",
                "issued",
                "keys",
                "ledger",
                "policy",
                "previous",
                "roles",
                "type",
                "v",
                "version");
        if (!signed.string("type").equals(TYPE) || signed.longValue("v") != 1) {
            throw new TrustException("not a trust root of format version 1");
        }
        JsonObject roles = signed.object("roles");
        roles.requireOnly("bundle", "checkpoint", "root");
        JsonObject root = roles.object("root");
        root.requireOnly("keyIds", "threshold");
        String previous = signed.string("previous");
        return new TrustContent(
                signed.string("ledger"),
                signed.longValue("version"),
                previous.isEmpty() ? Optional.empty() : Optional.of(Hash.parseHex(previous)),
                time(signed, "issued"),
                time(signed, "expires"),
                root.array("keyIds").strings(),
                Math.toIntExact(root.longValue("threshold")),
                require(roles.object("checkpoint")),
                require(roles.object("bundle")),
                all(signed.array("keys"), TrustRootCodec::key),
                anchors(signed.object("anchors")),
                policy(signed.object("policy")));
    }

    private static List<Set<KeyAlgorithm>> require(JsonObject role) throws JsonException, TrustException {
        role.requireOnly("require");
        List<Set<KeyAlgorithm>> require = new ArrayList<>();
        for (JsonValue anyOf : role.array("require")) {
            if (!(anyOf instanceof JsonArray names)) {
                throw new TrustException("require is not a list of lists");
            }
            Set<KeyAlgorithm> algorithms = EnumSet.noneOf(KeyAlgorithm.class);
            for (String name : names.strings()) {
                addOnce(algorithms, algorithm(name), name);
            }
            require.add(algorithms);
        }
        return require;
    }

    private static KeyAlgorithm algorithm(String name) throws TrustException {
        return KeyAlgorithm.ofWireName(name).orElseThrow(() -> new TrustException("unknown algorithm " + name));
    }

    private static TrustedKey key(JsonObject object) throws JsonException, KeyException, TrustException {
        object.requireOnly(
                "alg", "compromisedSince", "keyId", "notAfter", "notBefore", "roles", "scopes", "spki", "status");
        PublicKey publicKey = PublicKey.of(StrictBase64.decode(object.string("spki")));
        if (!publicKey.keyId().equals(object.string("keyId"))) {
            throw new TrustException("key id " + object.string("keyId") + " is not that of its key");
        }
        if (publicKey.algorithm() != algorithm(object.string("alg"))) {
            throw new TrustException("key " + publicKey.keyId() + " is not of algorithm " + object.string("alg"));
        }
        Set<TrustRole> roles = EnumSet.noneOf(TrustRole.class);
        for (String name : object.array("roles").strings()) {
            TrustRole role = TrustRole.ofWireName(name).orElseThrow(() -> new TrustException("unknown role " + name));
            addOnce(roles, role, name);
        }
        String status = object.string("status");
        return new TrustedKey(
                publicKey,
                roles,
                object.array("scopes").strings(),
                time(object, "notBefore"),
                time(object, "notAfter"),
                KeyStatus.ofWireName(status).orElseThrow(() -> new TrustException("unknown status " + status)),
                object.has("compromisedSince") ? Optional.of(time(object, "compromisedSince")) : Optional.empty());
    }

    private static TrustAnchors anchors(JsonObject object) throws JsonException, KeyException, TrustException {
        object.requireOnly("logs", "tsa", "witnesses");
        return new TrustAnchors(
                all(object.array("tsa"), TrustRootCodec::tsa),
                all(object.array("logs"), TrustRootCodec::log),
                all(object.array("witnesses"), TrustRootCodec::witness));
    }

    private static TrustAnchors.Tsa tsa(JsonObject object) throws JsonException {
        object.requireOnly("id", "policyOids", "roots", "validFor");
        return new TrustAnchors.Tsa(
                object.string("id"),
                object.array("roots").strings(),
                object.array("policyOids").strings(),
                validFor(object));
    }

    private static TrustAnchors.Log log(JsonObject object) throws JsonException {
        object.requireOnly("id", "kind", "origin", "validFor", "vkey");
        return new TrustAnchors.Log(
                object.string("id"),
                object.string("kind"),
                object.string("origin"),
                object.string("vkey"),
                validFor(object));
    }

    private static TrustAnchors.Witness witness(JsonObject object) throws JsonException {
        object.requireOnly("vkey");
        return new TrustAnchors.Witness(object.string("vkey"));
    }

    private static TrustAnchors.ValidFor validFor(JsonObject anchor) throws JsonException {
        JsonObject object = anchor.object("validFor");
        object.requireOnly("end", "start");
        return new TrustAnchors.ValidFor(time(object, "start"), time(object, "end"));
    }

    private static TrustPolicy policy(JsonObject object) throws JsonException, TrustException {
        object.requireOnly("minRetentionDays", "requireAnchors", "witnessQuorum");
        Set<TrustAnchors.Kind> kinds = EnumSet.noneOf(TrustAnchors.Kind.class);
        for (String name : object.array("requireAnchors").strings()) {
            TrustAnchors.Kind kind = TrustAnchors.Kind.ofWireName(name)
                    .orElseThrow(() -> new TrustException("unknown kind of anchor " + name));
            addOnce(kinds, kind, name);
        }
        return new TrustPolicy(
                kinds,
                Math.toIntExact(object.longValue("witnessQuorum")),
                Math.toIntExact(object.longValue("minRetentionDays")));
    }

    private static <T> List<T> all(JsonArray array, Reader<T> reader)
            throws JsonException, KeyException, TrustException {
        List<T> list = new ArrayList<>();
        for (JsonObject object : array.objects()) {
            list.add(reader.read(object));
        }
        return list;
    }

    private static <T> void addOnce(Set<T> set, T element, String name) throws TrustException {
        if (!set.add(element)) {
            throw new TrustException(name + " is named twice in one list");
        }
    }

    private static Instant time(JsonObject object, String name) throws JsonException {
        return LedgerTime.parse(object.string(name));
    }

    static JsonObject file(TrustContent content, Map<String, String> signatures) {
        List<JsonValue> list = new ArrayList<>();
        new TreeMap<>(signatures)
                .forEach((keyId, sig) -> list.add(
                        JsonObject.builder().put("keyId", keyId).put("sig", sig).build()));
        return JsonObject.builder()
                .put("signatures", new JsonArray(list))
                .put("signed", signed(content))
                .build();
    }

    static JsonObject signed(TrustContent content) {
        JsonObject root = JsonObject.builder()
                .put("keyIds", strings(content.rootKeyIds()))
                .put("threshold", content.threshold())
                .build();
        JsonObject roles = JsonObject.builder()
                .put("bundle", require(content.bundleRequire()))
                .put("checkpoint", require(content.checkpointRequire()))
                .put("root", root)
                .build();
        return JsonObject.builder()
                .put("anchors", anchors(content.anchors()))
                .put("expires", LedgerTime.format(content.expires()))
                .put("issued", LedgerTime.format(content.issued()))
                .put(
                        "keys",
                        objects(content.keys().stream().map(TrustRootCodec::key).toList()))
                .put("ledger", content.ledger())
                .put("policy", policy(content.policy()))
                .put("previous", content.previous().map(Hash::toString).orElse(""))
                .put("roles", roles)
                .put("type", TYPE)
                .put("v", 1)
                .put("version", content.version())
                .build();
    }

    private static JsonObject require(List<Set<KeyAlgorithm>> require) {
        List<JsonValue> lists = new ArrayList<>();
        for (Set<KeyAlgorithm> anyOf : require) {
            lists.add(
                    strings(anyOf.stream().map(KeyAlgorithm::wireName).sorted().toList()));
        }
        return JsonObject.builder().put("require", new JsonArray(lists)).build();
    }

    private static JsonObject key(TrustedKey key) {
        return JsonObject.builder()
                .put("alg", key.algorithm().wireName())
                .put("compromisedSince", key.compromisedSince().map(LedgerTime::format))
                .put("keyId", key.keyId())
                .put("notAfter", LedgerTime.format(key.notAfter()))
                .put("notBefore", LedgerTime.format(key.notBefore()))
                .put(
                        "roles",
                        strings(key.roles().stream()
                                .map(TrustRole::wireName)
                                .sorted()
                                .toList()))
                .put("scopes", strings(key.scopes()))
                .put("spki", StrictBase64.encode(key.spki()))
                .put("status", key.status().wireName())
                .build();
    }

    private static JsonObject anchors(TrustAnchors anchors) {
        return JsonObject.builder()
                .put(
                        "logs",
                        objects(anchors.logs().stream().map(TrustRootCodec::log).toList()))
                .put(
                        "tsa",
                        objects(anchors.tsa().stream().map(TrustRootCodec::tsa).toList()))
                .put(
                        "witnesses",
                        objects(anchors.witnesses().stream()
                                .map(witness -> JsonObject.builder()
                                        .put("vkey", witness.vkey())
                                        .build())
                                .toList()))
                .build();
    }

    private static JsonObject log(TrustAnchors.Log log) {
        return JsonObject.builder()
                .put("id", log.id())
                .put("kind", log.kind())
                .put("origin", log.origin())
                .put("validFor", validFor(log.validFor()))
                .put("vkey", log.vkey())
                .build();
    }

    private static JsonObject tsa(TrustAnchors.Tsa tsa) {
        return JsonObject.builder()
                .put("id", tsa.id())
                .put("policyOids", strings(tsa.policyOids()))
                .put("roots", strings(tsa.roots()))
                .put("validFor", validFor(tsa.validFor()))
                .build();
    }

    private static JsonObject validFor(TrustAnchors.ValidFor validFor) {
        return JsonObject.builder()
                .put("end", LedgerTime.format(validFor.end()))
                .put("start", LedgerTime.format(validFor.start()))
                .build();
    }

    private static JsonObject policy(TrustPolicy policy) {
        return JsonObject.builder()
                .put("minRetentionDays", policy.minRetentionDays())
                .put(
                        "requireAnchors",
                        strings(policy.requireAnchors().stream()
                                .map(TrustAnchors.Kind::wireName)
                                .sorted()
                                .toList()))
                .put("witnessQuorum", policy.witnessQuorum())
                .build();
    }

    private static JsonArray strings(Collection<String> texts) {
        return new JsonArray(texts.stream().<JsonValue>map(JsonString::new).toList());
    }

    private static JsonArray objects(Collection<JsonObject> objects) {
        return new JsonArray(List.copyOf(objects));
    }
}
