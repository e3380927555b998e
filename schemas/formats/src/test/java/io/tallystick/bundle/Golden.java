// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Files below {@code golden/bundle}. */
final class Golden {
    private Golden() {}

    static byte[] bytes(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/bundle/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static List<String> lines(String name) {
        return text(name).lines().toList();
    }

    /** The text with one change, as bytes; what is to be changed must be there. */
    static byte[] changed(String text, String old, String replacement) {
        if (!text.contains(old)) {
            throw new IllegalArgumentException("no " + old + " in " + text);
        }
        return utf8(text.replace(old, replacement));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
