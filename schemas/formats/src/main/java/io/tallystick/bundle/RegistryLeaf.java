// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Data of one leaf of the registry: JCS, at most {@value #BYTES_MAX} bytes.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>kind {@code head}</th><td>{@code chain} hex, {@link #chainId}; {@code head} hex,
 *       {@link #headCommitment}; {@code kind}; {@code v} 1; {@code window} start of the window</td></tr>
 *   <tr><th>kind {@code window}</th><td>{@code chains} number of head leaves of this window; {@code end};
 *       {@code first} index of this window's first leaf; {@code kind}; {@code start}; {@code v} 1</td></tr>
 * </table>
 *
 * Each window appends its heads, ascending by {@code chain}, then one window leaf. The leaf hash is RFC 6962's over
 * these bytes.
 */
public sealed interface RegistryLeaf {
    /** Far above both kinds' length; a longer line is refused before it is parsed. */
    int BYTES_MAX = 1024;

    /** The window head of one chain, blinded. {@code window} is the window's start. */
    record Head(Hash chain, Hash head, Instant window) implements RegistryLeaf {
        @Override
        public byte[] encode() {
            return CanonicalJson.encode(JsonObject.builder()
                    .put("chain", chain.toString())
                    .put("head", head.toString())
                    .put("kind", "head")
                    .put("v", 1L)
                    .put("window", CanonicalJson.time(window))
                    .build());
        }
    }

    /** Closes the leaves of one window {@code [start, end)}. */
    record Window(long chains, Instant end, long first, Instant start) implements RegistryLeaf {
        public Window {
            if (chains < 0 || first < 0 || first > CanonicalJson.INTEGER_MAX - chains) {
                throw new IllegalArgumentException("window leaf with chains " + chains + ", first " + first);
            }
            if (!start.isBefore(end)) {
                throw new IllegalArgumentException("window leaf from " + start + " to " + end);
            }
        }

        /** This leaf's own index. */
        public long index() {
            return first + chains;
        }

        JsonObject json() {
            return JsonObject.builder()
                    .put("chains", chains)
                    .put("end", CanonicalJson.time(end))
                    .put("first", first)
                    .put("kind", "window")
                    .put("start", CanonicalJson.time(start))
                    .put("v", 1L)
                    .build();
        }

        @Override
        public byte[] encode() {
            return CanonicalJson.encode(json());
        }

        static Window of(CanonicalJson members) throws BundleException {
            members.only("chains", "end", "first", "kind", "start", "v");
            members.require("kind", "window");
            members.requireVersion();
            return members.make(() -> new Window(
                    members.count("chains"), members.time("end"), members.count("first"), members.time("start")));
        }
    }

    /** The leaf data. */
    byte[] encode();

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    static RegistryLeaf parse(byte[] data) throws BundleException {
        CanonicalJson members = CanonicalJson.parse("registry leaf", data, BYTES_MAX);
        RegistryLeaf leaf;
        if (members.text("kind").equals("head")) {
            members.only("chain", "head", "kind", "v", "window");
            members.requireVersion();
            leaf = new Head(members.hash("chain"), members.hash("head"), members.time("window"));
        } else {
            leaf = Window.of(members);
        }
        members.requireSame(leaf.encode());
        return leaf;
    }

    /** {@code SHA-256("tallystick/chain/v1" 0x00 chainOrigin)}: how the registry names a chain. */
    static Hash chainId(String chainOrigin) {
        return Hash.sha256(domain("tallystick/chain/v1"), chainOrigin.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@code SHA-256("tallystick/head/v1" 0x00 blind checkpointText)}: what the registry says of a chain's head.
     *
     * @param blind the tenant's 32 random bytes
     * @param checkpointText the three lines of the chain's checkpoint, with the final LF
     * @throws IllegalArgumentException if the blind has another length
     */
    static Hash headCommitment(byte[] blind, byte[] checkpointText) {
        if (blind.length != 32) {
            throw new IllegalArgumentException("blind of " + blind.length + " bytes, not 32");
        }
        return Hash.sha256(domain("tallystick/head/v1"), blind, checkpointText);
    }

    private static byte[] domain(String name) {
        return (name + '\0').getBytes(StandardCharsets.US_ASCII);
    }
}
