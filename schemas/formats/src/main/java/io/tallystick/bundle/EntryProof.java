// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.Bytes;
import io.tallystick.json.JsonObject;
import io.tallystick.note.NoteException;
import io.tallystick.note.TlogProof;
import io.tallystick.tree.Hash;
import io.tallystick.trust.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One entry with all that shows it was in the ledger: JCS, at most {@value #BYTES_MAX} bytes, files named
 * {@code .proof.json}.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>{@code anchors}</th><td>objects {@code content} (base64) and {@code name}, ascending by name: what third
 *       parties said of the registry checkpoint, each as it lies in the bucket; at most {@value #ANCHORS_MAX} of at
 *       most {@value #ANCHOR_BYTES_MAX} bytes</td></tr>
 *   <tr><th>{@code blind}</th><td>hex, the tenant's 32 bytes: opens the head leaf's commitment</td></tr>
 *   <tr><th>{@code chain}</th><td>{@linkplain TlogProof tlog-proof} text: the entry in its chain's tree, with the
 *       chain's checkpoint at the window's end</td></tr>
 *   <tr><th>{@code format}</th><td>{@value #FORMAT}</td></tr>
 *   <tr><th>{@code head}</th><td>tlog-proof text: the chain's head leaf in the registry, with the registry's
 *       checkpoint</td></tr>
 *   <tr><th>{@code line}</th><td>text of the bundle's line without LF, see {@link BundleLine}: entry, context, payload
 *       and salts</td></tr>
 *   <tr><th>{@code window}</th><td>tlog-proof text: the window leaf in the registry, with the same checkpoint</td></tr>
 *   <tr><th>{@code windowLeaf}</th><td>the {@linkplain RegistryLeaf.Window window leaf} itself</td></tr>
 * </table>
 *
 * The leaf data of {@code head} is not here: it follows from {@code chain}'s checkpoint, {@code blind} and the window's
 * start. The tlog-proof texts have no extra line. Everything else is the verifier's to check.
 */
public record EntryProof(
        BundleLine line,
        TlogProof chain,
        TlogProof head,
        TlogProof window,
        RegistryLeaf.Window windowLeaf,
        Hash blind,
        List<Anchor> anchors) {
    public static final String FORMAT = "tallystick/proof/v1";
    /** What a file's name ends in. */
    public static final String SUFFIX = ".proof.json";

    public static final int BYTES_MAX = 24 * 1024 * 1024;
    public static final int ANCHORS_MAX = 100;
    public static final int ANCHOR_BYTES_MAX = 128 * 1024;

    private static final Pattern ANCHOR_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** What another party said of the registry checkpoint. */
    public record Anchor(String name, Bytes content) {
        public Anchor {
            if (!isName(name)) {
                throw new IllegalArgumentException("not the name of an anchor: " + Printable.of(name));
            }
            if (content.length() > ANCHOR_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "anchor " + name + " has " + content.length() + " bytes, the limit is " + ANCHOR_BYTES_MAX);
            }
        }

        /** Whether an anchor's object can have the name. */
        public static boolean isName(String name) {
            return ANCHOR_NAME.matcher(name).matches();
        }
    }

    public EntryProof {
        Objects.requireNonNull(line);
        Objects.requireNonNull(windowLeaf);
        Objects.requireNonNull(blind);
        anchors = List.copyOf(anchors);
        requireNoExtra("chain", chain);
        requireNoExtra("head", head);
        requireNoExtra("window", window);
        if (!Arrays.equals(head.checkpoint(), window.checkpoint())) {
            throw new IllegalArgumentException("head and window have different checkpoints");
        }
        if (anchors.size() > ANCHORS_MAX) {
            throw new IllegalArgumentException(anchors.size() + " anchors, the limit is " + ANCHORS_MAX);
        }
        for (int i = 1; i < anchors.size(); i++) {
            if (anchors.get(i - 1).name().compareTo(anchors.get(i).name()) >= 0) {
                throw new IllegalArgumentException("anchors are not ascending by name");
            }
        }
    }

    /** The same entry with these in the place of what it carries. */
    public EntryProof withAnchors(List<Anchor> others) {
        return new EntryProof(line, chain, head, window, windowLeaf, blind, others);
    }

    private static void requireNoExtra(String name, TlogProof proof) {
        if (proof.extra().isPresent()) {
            throw new IllegalArgumentException(name + " has an extra line");
        }
    }

    public byte[] encode() {
        return CanonicalJson.encode(JsonObject.builder()
                .put(
                        "anchors",
                        CanonicalJson.objects(anchors.stream()
                                .map(anchor -> JsonObject.builder()
                                        .put(
                                                "content",
                                                StrictBase64.encode(
                                                        anchor.content().array()))
                                        .put("name", anchor.name())
                                        .build())
                                .toList()))
                .put("blind", blind.toString())
                .put("chain", text(chain.encode()))
                .put("format", FORMAT)
                .put("head", text(head.encode()))
                .put("line", text(line.encode()))
                .put("window", text(window.encode()))
                .put("windowLeaf", windowLeaf.json())
                .build());
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static EntryProof parse(byte[] bytes) throws BundleException {
        CanonicalJson members = CanonicalJson.parse("proof", bytes, BYTES_MAX);
        members.require("format", FORMAT);
        members.only("anchors", "blind", "chain", "format", "head", "line", "window", "windowLeaf");
        List<Anchor> anchors = new ArrayList<>();
        for (CanonicalJson anchor : members.objects("anchors")) {
            anchor.only("content", "name");
            byte[] content = CanonicalJson.base64("anchor content", anchor.text("content"));
            anchors.add(anchor.make(() -> new Anchor(anchor.text("name"), Bytes.of(content))));
        }
        EntryProof proof = members.make(() -> new EntryProof(
                BundleLine.parse(members.text("line").getBytes(StandardCharsets.UTF_8)),
                path(members, "chain"),
                path(members, "head"),
                path(members, "window"),
                RegistryLeaf.Window.of(members.object("windowLeaf")),
                members.hash("blind"),
                anchors));
        members.requireSame(proof.encode());
        return proof;
    }

    private static TlogProof path(CanonicalJson members, String name) throws BundleException {
        try {
            return TlogProof.parse(members.text(name).getBytes(StandardCharsets.UTF_8));
        } catch (NoteException e) {
            throw new BundleException("proof: " + name + ": " + e.getMessage(), e);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
