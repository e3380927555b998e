// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * In-toto Statement v1 of a bundle, the payload of {@code bundle.dsse.json}. JCS.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>{@code _type}</th><td>{@value #TYPE}</td></tr>
 *   <tr><th>{@code predicate}</th><td>{@code {}}</td></tr>
 *   <tr><th>{@code predicateType}</th><td>{@value #PREDICATE_TYPE}</td></tr>
 *   <tr><th>subject</th><td>ascending by name: {@code digest} {"sha256": hex}, {@code name} path; every file of
 *       the folder but bundle.dsse.json, SHA256SUMS and checkpoint</td></tr>
 * </table>
 */
public record Statement(SortedMap<String, Hash> subjects) {
    public static final String TYPE = "https://in-toto.io/Statement/v1";
    public static final String PREDICATE_TYPE = "https://tallystick.io/evidence-bundle/v1";

    public Statement {
        // ASCII paths: natural order of strings is the order of their bytes.
        SortedMap<String, Hash> sorted = new TreeMap<>(Map.copyOf(subjects));
        for (String path : sorted.keySet()) {
            if (!BundleLayout.isPath(path)) {
                throw new IllegalArgumentException("not a path inside a bundle: " + Printable.of(path));
            }
        }
        subjects = Collections.unmodifiableSortedMap(sorted);
    }

    public byte[] encode() {
        List<JsonObject> elements = new ArrayList<>();
        subjects.forEach((path, sha256) -> elements.add(JsonObject.builder()
                .put(
                        "digest",
                        JsonObject.builder().put("sha256", sha256.toString()).build())
                .put("name", path)
                .build()));
        return CanonicalJson.encode(JsonObject.builder()
                .put("_type", TYPE)
                .put("predicate", JsonObject.builder().build())
                .put("predicateType", PREDICATE_TYPE)
                .put("subject", CanonicalJson.objects(elements))
                .build());
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes; also on a subject given twice */
    public static Statement parse(byte[] bytes) throws BundleException {
        CanonicalJson members = CanonicalJson.parse("statement", bytes, BundleLayout.LIST_BYTES_MAX);
        members.only("_type", "predicate", "predicateType", "subject");
        members.require("_type", TYPE);
        members.require("predicateType", PREDICATE_TYPE);
        members.object("predicate").only();
        SortedMap<String, Hash> subjects = new TreeMap<>();
        for (CanonicalJson element : members.objects("subject")) {
            element.only("digest", "name");
            element.object("digest").only("sha256");
            String path = BundleLayout.requirePath(element.text("name"));
            if (subjects.put(path, element.object("digest").hash("sha256")) != null) {
                throw new BundleException("statement: subject " + path + " is given twice");
            }
        }
        Statement statement = new Statement(subjects);
        members.requireSame(statement.encode());
        return statement;
    }
}
