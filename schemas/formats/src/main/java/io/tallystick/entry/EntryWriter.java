// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes an entry's members one after the other, in the order of {@link EntryCodec}. Every label is written with its comma
 * and quotes, so that what stands here reads like the entry itself.
 */
final class EntryWriter {
    private final int bytesMax;
    private byte[] out = new byte[768];
    private int size;

    EntryWriter(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** What was written. */
    byte[] toBytes() {
        if (size > bytesMax) {
            throw new IllegalArgumentException("entry is larger than " + bytesMax + " bytes");
        }
        return Arrays.copyOf(out, size);
    }

    EntryWriter entry(Entry entry) {
        raw("{\"chain\":\"")
                .raw(entry.chain().tenant())
                .raw("/")
                .number(entry.chain().partition())
                .raw("\"");
        // A switch would need a cast in every branch; the order is that of frequency.
        Body body = entry.body();
        if (body instanceof Event event) {
            event(entry, event);
        } else if (body instanceof Rejected rejected) {
            rejected(entry, rejected);
        } else if (body instanceof Control control) {
            control(entry, control);
        } else if (body instanceof Gap gap) {
            gap(entry, gap);
        } else if (body instanceof Genesis genesis) {
            genesis(entry, genesis);
        } else if (body instanceof Source source) {
            source(entry, source);
        } else if (body instanceof Closed closed) {
            kind(entry)
                    .prev(entry)
                    .text(",\"reason\":", closed.reason())
                    .recorded(entry)
                    .seq(entry);
        }
        return raw(",\"v\":1}");
    }

    private void genesis(Entry entry, Genesis genesis) {
        SourceTopic source = genesis.source();
        text(",\"cluster\":", source.cluster()).raw(",\"hash\":\"sha-256\"").kind(entry);
        text(",\"origin\":", genesis.origin()).raw(",\"partition\":").number(source.partition());
        prev(entry).recorded(entry).seq(entry);
        text(",\"topic\":", source.topic()).text(",\"topicId\":", source.topicId());
    }

    private void source(Entry entry, Source body) {
        SourceTopic source = body.source();
        text(",\"cluster\":", source.cluster()).raw(",\"hash\":\"sha-256\"").kind(entry);
        text(",\"origin\":", body.origin()).raw(",\"partition\":").number(source.partition());
        prev(entry).text(",\"reason\":", body.reason()).recorded(entry).seq(entry);
        text(",\"topic\":", source.topic()).text(",\"topicId\":", source.topicId());
    }

    private void event(Entry entry, Event event) {
        context(event.context())
                .duplicateOf(event.duplicateOf())
                .text(",\"id\":", event.id())
                .kind(entry);
        payload(event.payload()).prev(entry).text(",\"producer\":", event.producer());
        recorded(entry).seq(entry).sourceRange(event.source());
        text(",\"time\":", event.time()).text(",\"type\":", event.type());
    }

    private void rejected(Entry entry, Rejected rejected) {
        context(rejected.context())
                .duplicateOf(rejected.duplicateOf())
                .text(",\"id\":", rejected.id())
                .kind(entry);
        rejected.payload().ifPresent(this::payload);
        prev(entry).text(",\"producer\":", rejected.producer());
        text(",\"reason\":", rejected.reason().code())
                .recorded(entry)
                .seq(entry)
                .sourceRange(rejected.source());
        text(",\"time\":", rejected.time()).text(",\"type\":", rejected.type());
    }

    private void gap(Entry entry, Gap gap) {
        kind(entry)
                .prev(entry)
                .text(",\"reason\":", gap.reason().code())
                .recorded(entry)
                .seq(entry);
        raw(",\"source\":{\"from\":")
                .number(gap.from())
                .raw(",\"next\":")
                .number(gap.next())
                .raw("}");
    }

    private void control(Entry entry, Control control) {
        text(",\"id\":", control.id()).kind(entry).payload(control.payload());
        prev(entry).recorded(entry).seq(entry).text(",\"type\":", control.type());
    }

    // ---- members ----

    private EntryWriter kind(Entry entry) {
        return text(",\"kind\":", entry.kind().wireName());
    }

    private EntryWriter prev(Entry entry) {
        return hash(",\"prev\":", entry.prev());
    }

    private EntryWriter recorded(Entry entry) {
        return time(",\"recorded\":", entry.recorded());
    }

    private EntryWriter seq(Entry entry) {
        return raw(",\"seq\":").number(entry.seq());
    }

    private EntryWriter sourceRange(SourceRange source) {
        raw(",\"source\":{\"from\":").number(source.from()).raw(",\"next\":").number(source.next());
        source.time().ifPresent(time -> time(",\"time\":", time));
        return raw("}");
    }

    private EntryWriter payload(PayloadRef payload) {
        raw(",\"payload\":{\"bytes\":").number(payload.bytes()).hash(",\"commit\":", payload.commit());
        text(",\"media\":", payload.media());
        payload.schema().ifPresent(schema -> raw(",\"schema\":{\"id\":")
                .number(schema.id())
                .hash(",\"sha256\":", schema.sha256())
                .raw("}"));
        return raw("}");
    }

    private EntryWriter context(Optional<ContextRef> context) {
        context.ifPresent(ref -> raw(",\"context\":{\"bytes\":")
                .number(ref.bytes())
                .hash(",\"commit\":", ref.commit())
                .raw("}"));
        return this;
    }

    private EntryWriter duplicateOf(OptionalLong seq) {
        seq.ifPresent(first -> raw(",\"duplicateOf\":").number(first));
        return this;
    }

    private EntryWriter text(String label, Optional<String> value) {
        value.ifPresent(text -> text(label, text));
        return this;
    }

    // ---- bytes ----

    private EntryWriter hash(String label, Hash hash) {
        raw(label);
        room(2 * Hash.LENGTH + 2);
        out[size++] = '"';
        hash.putHex(out, size);
        size += 2 * Hash.LENGTH;
        out[size++] = '"';
        return this;
    }

    private EntryWriter time(String label, Instant time) {
        raw(label);
        room(LedgerTime.LENGTH + 2);
        out[size++] = '"';
        LedgerTime.put(time, out, size);
        size += LedgerTime.LENGTH;
        out[size++] = '"';
        return this;
    }

    /** RFC 8785 section 3.2.2.2; the records have refused control characters and lone surrogates. */
    private EntryWriter text(String label, String value) {
        raw(label);
        room(value.length() * 3 + 2);
        out[size++] = '"';
        int plain = Attributes.plainLength(value);
        ascii(value, plain);
        for (int i = plain; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                return utf8(value, i);
            }
            if (c == '"' || c == '\\') {
                out[size++] = '\\';
            }
            out[size++] = (byte) c;
        }
        out[size++] = '"';
        return this;
    }

    private EntryWriter utf8(String value, int start) {
        byte[] rest = value.substring(start).getBytes(StandardCharsets.UTF_8);
        for (byte b : rest) {
            if (b == '"' || b == '\\') {
                out[size++] = '\\';
            }
            out[size++] = b;
        }
        out[size++] = '"';
        return this;
    }

    private EntryWriter number(long value) {
        return raw(Long.toString(value));
    }

    private EntryWriter raw(String ascii) {
        room(ascii.length());
        ascii(ascii, ascii.length());
        return this;
    }

    @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) keeps the low bytes: ASCII without a copy.
    private void ascii(String text, int length) {
        text.getBytes(0, length, out, size);
        size += length;
    }

    private void room(int bytes) {
        if (out.length - size < bytes) {
            out = Arrays.copyOf(out, Math.max(size + bytes, out.length * 2));
        }
    }
}
