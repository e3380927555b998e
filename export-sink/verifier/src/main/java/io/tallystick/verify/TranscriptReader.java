// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads a {@linkplain JsonReport transcript} as a stream: bundle after bundle, each parsed and forgotten, and then what is
 * around them. A transcript may be of any length; one bundle of it, and what is around them, may have
 * {@value #PART_BYTES_MAX} bytes.
 */
final class TranscriptReader {
    static final int PART_BYTES_MAX = 64 * 1024 * 1024;

    private static final int DEPTH_MAX = 16;
    private static final int NAME_MAX = 64;
    private static final String BUNDLES = "bundles";

    private final InputStream in;
    private final Visitor visitor;
    private final Part around = new Part();

    /** Is shown the members of {@code bundles}, in their order. */
    interface Visitor {
        void bundle(JsonObject bundle);
    }

    private TranscriptReader(InputStream in, Visitor visitor) {
        this.in = in;
        this.visitor = visitor;
    }

    /**
     * Reads to the end.
     *
     * @return the transcript with an empty array in place of its bundles
     * @throws JsonException if it is not a JSON object, or a bundle of it is none
     * @throws IllegalArgumentException if a part of it is over its limit, or the text ends within its bundles
     */
    static JsonObject read(InputStream in, Visitor visitor) throws IOException, JsonException {
        return new TranscriptReader(new BufferedInputStream(in, 1 << 16), visitor).read();
    }

    private JsonObject read() throws IOException, JsonException {
        for (int b = in.read(); b >= 0; b = in.read()) {
            around.add(b);
            if (b == '[' && around.isValueOf(BUNDLES)) {
                bundles();
            }
        }
        return around.parse();
    }

    private void bundles() throws IOException, JsonException {
        boolean any = false;
        Part bundle = new Part();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IllegalArgumentException("it ends within its bundles");
            }
            if (bundle.depth > 0 || bundle.inString || (b != ',' && b != ']')) {
                bundle.add(b);
                continue;
            }
            if (any || b == ',' || !bundle.isBlank()) {
                visitor.bundle(bundle.parse());
            }
            if (b == ']') {
                around.add(b);
                return;
            }
            any = true;
            bundle = new Part();
        }
    }

    /** Bytes of one JSON text, and where in it the last of them stands. Whether it is one, {@link #parse} decides. */
    private static final class Part {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        /** The last string directly in the outermost object, as it is written. */
        private final StringBuilder name = new StringBuilder();

        private int depth;
        private boolean inString;
        private boolean escaped;

        void add(int b) {
            if (bytes.size() == PART_BYTES_MAX) {
                throw new IllegalArgumentException("a part of it is over " + PART_BYTES_MAX + " bytes");
            }
            bytes.write(b);
            if (inString) {
                inString = escaped || b != '"';
                escaped = !escaped && b == '\\';
                if (inString && depth == 1 && name.length() < NAME_MAX) {
                    name.append((char) b);
                }
            } else if (b == '"') {
                inString = true;
                if (depth == 1) {
                    name.setLength(0);
                }
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }

        /** Whether the bracket that was just opened is that of this member of the outermost object. */
        boolean isValueOf(String member) {
            return !inString && depth == 2 && name.toString().equals(member);
        }

        boolean isBlank() {
            return bytes.toString(StandardCharsets.UTF_8).isBlank();
        }

        JsonObject parse() throws JsonException {
            return JsonParser.parseObject(bytes.toByteArray(), DEPTH_MAX);
        }
    }
}
