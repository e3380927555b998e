// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import io.tallystick.json.JsonException.Fault;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the scanner must decide, written from RFC 8259 for clearness: decodes with the JDK, recurses, builds strings and
 * sets. Oracle for random input only.
 */
final class SlowJson {
    private static final class NotJson extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final String text;
    private final int maxDepth;
    private final StringBuilder minified = new StringBuilder();
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private int at;

    private SlowJson(String text, int maxDepth) {
        this.text = text;
        this.maxDepth = maxDepth;
    }

    /** "FAULT at n", or the minified text. */
    static String decide(byte[] json, int maxDepth) {
        if (json.length >= 3 && (json[0] & 0xFF) == 0xEF && (json[1] & 0xFF) == 0xBB && (json[2] & 0xFF) == 0xBF) {
            return fault(Fault.BYTE_ORDER_MARK, 0);
        }
        SlowJson slow;
        try {
            slow = new SlowJson(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(json))
                            .toString(),
                    maxDepth);
        } catch (CharacterCodingException e) {
            return fault(Fault.NOT_UTF8, firstBad(json));
        }
        try {
            slow.text();
        } catch (NotJson e) {
            return fault(Fault.NOT_JSON, slow.bytesBefore(slow.at));
        }
        for (Map.Entry<Fault, Integer> fault : slow.faults.entrySet()) {
            return fault(fault.getKey(), fault.getValue());
        }
        return slow.minified.toString();
    }

    static String fault(Fault fault, int at) {
        return fault + " at " + at;
    }

    /** Where the JDK's decoder stops. */
    private static int firstBad(byte[] json) {
        ByteBuffer in = ByteBuffer.wrap(json);
        StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(json.length), true);
        return in.position();
    }

    private int bytesBefore(int index) {
        return text.substring(0, index).getBytes(StandardCharsets.UTF_8).length;
    }

    private void note(Fault fault, int index) {
        faults.merge(fault, bytesBefore(index), Math::min);
    }

    private void text() {
        space();
        value(0);
        space();
        if (at != text.length()) {
            throw new NotJson();
        }
    }

    private void value(int depth) {
        switch (peek()) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object(int depth) {
        deep(depth);
        take();
        space();
        Set<String> names = new HashSet<>();
        if (peek() != '}') {
            for (; ; ) {
                int quote = at;
                if (peek() != '"') {
                    throw new NotJson();
                }
                String name = string();
                if (!names.add(name)) {
                    note(Fault.DUPLICATE_NAME, quote);
                }
                if (name.equals("$sealed")) {
                    note(Fault.RESERVED_MEMBER, quote);
                }
                space();
                expect(':');
                space();
                value(depth);
                space();
                if (peek() != ',') {
                    break;
                }
                take();
                space();
            }
        }
        expect('}');
    }

    private void array(int depth) {
        deep(depth);
        take();
        space();
        if (peek() != ']') {
            for (; ; ) {
                value(depth);
                space();
                if (peek() != ',') {
                    break;
                }
                take();
                space();
            }
        }
        expect(']');
    }

    private void deep(int depth) {
        if (depth > maxDepth) {
            note(Fault.TOO_DEEP, at);
        }
    }

    private String string() {
        StringBuilder value = new StringBuilder();
        Map<Integer, Integer> escapedAt = new java.util.HashMap<>();
        take();
        while (peek() != '"') {
            if (peek() < 0x20) {
                throw new NotJson();
            }
            if (peek() == '\\') {
                escapedAt.put(value.length(), at);
                take();
                value.append(escape());
            } else {
                value.append(peek());
                take();
            }
        }
        take();
        for (int i = 0; i < value.length(); i++) {
            boolean pair = Character.isHighSurrogate(value.charAt(i))
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))
                    && escapedAt.containsKey(i) == escapedAt.containsKey(i + 1);
            if (pair) {
                i++;
            } else if (Character.isSurrogate(value.charAt(i))) {
                note(Fault.LONE_SURROGATE, escapedAt.get(i));
            }
        }
        return value.toString();
    }

    private char escape() {
        char letter = peek();
        int known = "\"\\/bfnrt".indexOf(letter);
        if (known >= 0) {
            take();
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        expect('u');
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = "0123456789abcdef".indexOf(Character.toLowerCase(peek()));
            if (digit < 0) {
                throw new NotJson();
            }
            unit = unit * 16 + digit;
            take();
        }
        return (char) unit;
    }

    private void number() {
        if (peek() == '-') {
            take();
        }
        if (peek() == '0') {
            take();
        } else {
            digits();
        }
        if (more() && peek() == '.') {
            take();
            digits();
        }
        if (more() && (peek() == 'e' || peek() == 'E')) {
            take();
            if (peek() == '+' || peek() == '-') {
                take();
            }
            digits();
        }
    }

    private void digits() {
        int start = at;
        while (more() && peek() >= '0' && peek() <= '9') {
            take();
        }
        if (at == start) {
            throw new NotJson();
        }
    }

    private void word(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
    }

    private void space() {
        while (more() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean more() {
        return at < text.length();
    }

    private char peek() {
        if (!more()) {
            throw new NotJson();
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new NotJson();
        }
        take();
    }

    private void take() {
        minified.append(text.charAt(at++));
    }
}
