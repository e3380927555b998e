// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Small random JSON that meets every rule of the scanner often, and random damage to it. */
final class RandomJson {
    private static final String[] STRINGS = {
        "a",
        "b",
        "ab",
        "\\u0061",
        "\\u0062",
        "",
        "$sealed",
        "\\u0024sealed",
        "$seale\\u0064",
        "\\\"",
        "\\\\",
        "\\/",
        "/",
        "\\n",
        "é",
        "\\u00e9",
        "€",
        "😀",
        "\\ud83d\\ude00",
        "\\uD83D\\uDE00",
        "\\ud83d",
        "\\ude00",
        "\\ud83d\\ud83d",
        "\\ud83dx",
        "abcdefg",
        "abcdefgh",
        "abcdefghi",
        "abcdefg\\u0068i",
        "a long text without anything odd",
        "\u007f",
        "a longer text with é in the midst of it"
    };
    private static final String[] SCALARS = {
        "0", "-0", "1", "-12", "0.5", "1e5", "1E+5", "1.25e-3", "9007199254740993", "1e400", "true", "false", "null"
    };
    private static final String[] SPACES = {"", "", "", "", " ", "\n", "\t ", "\r\n    "};
    private static final byte[] BYTES = "{}[]\",:\\u09azeE+-. \n\t/$tfn\u0000\u001f".getBytes(StandardCharsets.UTF_8);

    private final Random random;
    private final StringBuilder out = new StringBuilder();

    private RandomJson(Random random) {
        this.random = random;
    }

    static byte[] next(Random random) {
        RandomJson json = new RandomJson(random);
        json.space();
        json.value(random.nextInt(6));
        json.space();
        return json.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** One to three bytes changed, put in, taken out, or a stretch doubled or cut off. */
    static byte[] damage(Random random, byte[] json) {
        byte[] bytes = json;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(bytes.length + 1);
            int keep = Math.min(bytes.length, at + random.nextInt(3));
            ByteArrayOutputStream damaged = new ByteArrayOutputStream();
            damaged.write(bytes, 0, at);
            switch (random.nextInt(5)) {
                case 0 -> damaged.write(BYTES[random.nextInt(BYTES.length)]);
                case 1 -> damaged.write(random.nextInt(256));
                case 2 -> damaged.write(bytes, 0, random.nextInt(bytes.length + 1));
                case 3 -> keep = Math.min(bytes.length, at + 1 + random.nextInt(3));
                default -> keep = random.nextInt(4) == 0 ? bytes.length : keep;
            }
            damaged.write(bytes, keep, bytes.length - keep);
            bytes = damaged.toByteArray();
        }
        return bytes;
    }

    private void value(int levels) {
        int kind = random.nextInt(levels > 0 ? 6 : 2);
        if (kind == 0) {
            out.append(SCALARS[random.nextInt(SCALARS.length)]);
        } else if (kind == 1) {
            string();
        } else if (kind == 2) {
            items('[', ']', levels, false);
        } else {
            items('{', '}', levels, true);
        }
    }

    private void items(char open, char close, int levels, boolean named) {
        out.append(open);
        space();
        for (int count = random.nextInt(random.nextInt(8) == 0 ? 24 : 4), i = 0; i < count; i++) {
            if (i > 0) {
                out.append(',');
                space();
            }
            if (named) {
                name(i);
                space();
                out.append(':');
                space();
            }
            value(levels - 1);
            space();
        }
        out.append(close);
    }

    private void name(int index) {
        if (random.nextInt(4) == 0) {
            string();
        } else {
            out.append('"').append("name").append(index).append('"');
        }
    }

    private void string() {
        out.append('"');
        for (int parts = random.nextInt(3); parts >= 0; parts--) {
            out.append(STRINGS[random.nextInt(STRINGS.length)]);
        }
        out.append('"');
    }

    private void space() {
        out.append(SPACES[random.nextInt(SPACES.length)]);
    }
}
