// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.ChainId;
import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * {@code proofs/registry.json}: where this bundle's heads and its window stand in the registry. JCS.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>{@code consistency}</th><td>hex hashes, previous size to size, RFC 9162 2.1.4; empty when previousSize is
 *       0</td></tr>
 *   <tr><th>{@code heads}</th><td>ascending by partition: {@code chain} id, {@code index} of its leaf, {@code proof}
 *       hex hashes, sibling of the leaf first</td></tr>
 *   <tr><th>{@code previousRoot}, {@code previousSize}, {@code root}, {@code size}</th><td>the registry before and
 *       after the window</td></tr>
 *   <tr><th>{@code v}</th><td>1</td></tr>
 *   <tr><th>{@code window}</th><td>{@code index}, {@code leaf} (the window leaf itself), {@code proof}</td></tr>
 * </table>
 */
public record RegistryProofs(
        TreeHead previous, TreeHead current, List<Hash> consistency, List<Head> heads, Window window) {
    /** A proof has at most this many hashes. */
    public static final int PROOF_MAX = 63;

    /** Inclusion of a chain's head leaf. */
    public record Head(ChainId chain, long index, List<Hash> proof) {
        public Head {
            Objects.requireNonNull(chain);
            proof = limited(proof);
        }
    }

    /** Inclusion of the window leaf. */
    public record Window(long index, RegistryLeaf.Window leaf, List<Hash> proof) {
        public Window {
            if (index != leaf.index()) {
                throw new IllegalArgumentException(
                        "window leaf at index " + index + ", but first + chains is " + leaf.index());
            }
            proof = limited(proof);
        }
    }

    public RegistryProofs {
        consistency = limited(consistency);
        heads = List.copyOf(heads);
        if (previous.size() >= current.size()) {
            throw new IllegalArgumentException("previousSize " + previous.size() + ", size " + current.size());
        }
        if (previous.size() == 0 && !consistency.isEmpty()) {
            throw new IllegalArgumentException("consistency proof from an empty tree");
        }
        if (window.index() != current.size() - 1 || window.leaf().first() != previous.size()) {
            throw new IllegalArgumentException("window leaf does not close the leaves " + previous.size() + ".."
                    + (current.size() - 1) + ": first " + window.leaf().first() + ", index " + window.index());
        }
        for (int i = 0; i < heads.size(); i++) {
            if (i > 0
                    && heads.get(i - 1).chain().partition()
                            >= heads.get(i).chain().partition()) {
                throw new IllegalArgumentException("heads are not ascending by partition");
            }
            long index = heads.get(i).index();
            if (index < window.leaf().first() || index >= window.index()) {
                throw new IllegalArgumentException("head at index " + index + " is not one of this window");
            }
        }
    }

    public byte[] encode() {
        return CanonicalJson.encode(JsonObject.builder()
                .put("consistency", CanonicalJson.hashes(consistency))
                .put(
                        "heads",
                        CanonicalJson.objects(
                                heads.stream().map(RegistryProofs::json).toList()))
                .put("previousRoot", previous.root().toString())
                .put("previousSize", previous.size())
                .put("root", current.root().toString())
                .put("size", current.size())
                .put("v", 1L)
                .put(
                        "window",
                        JsonObject.builder()
                                .put("index", window.index())
                                .put("leaf", window.leaf().json())
                                .put("proof", CanonicalJson.hashes(window.proof()))
                                .build())
                .build());
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static RegistryProofs parse(byte[] bytes) throws BundleException {
        CanonicalJson members = CanonicalJson.parse(BundleLayout.REGISTRY_PROOFS, bytes, BundleLayout.PROOFS_BYTES_MAX);
        members.only("consistency", "heads", "previousRoot", "previousSize", "root", "size", "v", "window");
        members.requireVersion();
        CanonicalJson window = members.object("window");
        window.only("index", "leaf", "proof");
        List<CanonicalJson> heads = members.objects("heads");
        RegistryProofs proofs = members.make(() -> new RegistryProofs(
                new TreeHead(members.count("previousSize"), members.hash("previousRoot")),
                new TreeHead(members.count("size"), members.hash("root")),
                members.hashes("consistency"),
                heads(heads),
                new Window(
                        window.count("index"), RegistryLeaf.Window.of(window.object("leaf")), window.hashes("proof"))));
        members.requireSame(proofs.encode());
        return proofs;
    }

    private static List<Head> heads(List<CanonicalJson> elements) throws BundleException {
        List<Head> heads = new ArrayList<>();
        for (CanonicalJson element : elements) {
            element.only("chain", "index", "proof");
            heads.add(element.make(() ->
                    new Head(ChainId.parse(element.text("chain")), element.count("index"), element.hashes("proof"))));
        }
        return heads;
    }

    private static JsonObject json(Head head) {
        return JsonObject.builder()
                .put("chain", head.chain().toString())
                .put("index", head.index())
                .put("proof", CanonicalJson.hashes(head.proof()))
                .build();
    }

    private static List<Hash> limited(List<Hash> proof) {
        if (proof.size() > PROOF_MAX) {
            throw new IllegalArgumentException("proof of " + proof.size() + " hashes, over " + PROOF_MAX);
        }
        return List.copyOf(proof);
    }
}
