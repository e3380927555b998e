// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.trust.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A version of a trust root that calls keys retired although they are valid yet, as it could be made before a rule was there. */
final class RewrittenTrustRoot {
    private RewrittenTrustRoot() {}

    /** Rewrites a trust root in its place, and signs it. */
    static void retire(Path file, List<String> keyIds, SigningKey... rootKeys) throws IOException {
        String text = Files.readString(file);
        String signed = text.substring(text.indexOf("\"signed\":") + "\"signed\":".length(), text.length() - 1);
        for (String id : keyIds) {
            int key = signed.indexOf("\"keyId\":\"" + id + "\",\"notAfter\"");
            int status = signed.indexOf("\"active\"", key);
            signed = signed.substring(0, status) + "\"retired\"" + signed.substring(status + "\"active\"".length());
        }
        Files.writeString(file, "{\"signatures\":[" + signatures(signed, rootKeys) + "],\"signed\":" + signed + "}");
    }

    private static String signatures(String signed, SigningKey... rootKeys) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes("tallystick/trust-root/v1\0".getBytes(UTF_8));
        message.writeBytes(signed.getBytes(UTF_8));
        TreeMap<String, String> signatures = new TreeMap<>();
        for (SigningKey key : rootKeys) {
            signatures.put(key.keyId(), Base64.getEncoder().encodeToString(key.sign(message.toByteArray())));
        }
        return signatures.entrySet().stream()
                .map(one -> "{\"keyId\":\"" + one.getKey() + "\",\"sig\":\"" + one.getValue() + "\"}")
                .collect(Collectors.joining(","));
    }
}
