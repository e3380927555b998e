// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.json.JsonObject;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.PublicKeys;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What is public of a key, for people or machines. */
final class PublicKeyReport {
    private final PrintWriter out;
    private final boolean json;

    PublicKeyReport(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void print(Path file, KeyAlgorithm algorithm, byte[] spki) {
        print(new KeyPlace(file.toString()), algorithm, spki);
    }

    void print(KeyPlace place, KeyAlgorithm algorithm, byte[] spki) {
        String pem = new String(PublicKeys.pem(spki), US_ASCII);
        if (json) {
            out.println(OutputOption.text(JsonObject.builder()
                    .put("algorithm", algorithm.wireName())
                    .put(place.isInToken() ? "token" : "file", place.isInToken() ? place.label() : place.text())
                    .put("keyId", PublicKeys.keyId(spki))
                    .put("pem", pem)
                    .build()));
        } else {
            out.println(place);
            out.println("  algorithm  " + algorithm.wireName());
            out.println("  key id     " + PublicKeys.keyId(spki));
            out.print(pem);
        }
        out.flush();
    }
}
