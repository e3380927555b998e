// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.json.JsonException;
import io.tallystick.json.JsonParser;
import java.util.Arrays;
import java.util.Optional;

/**
 * The one encoder and the one decoder of entries, format version 1.
 *
 * <p>An entry is a JSON object in RFC 8785 form: UTF-8, no whitespace, members in the order below, which is also the order
 * of RFC 8785. At most {@value #BYTES_MAX} bytes. Integers are 0 to 2<sup>53</sup>-1; there are no fractions and no nulls;
 * what is absent is left out. {@code M} marks a member that must be there, {@code o} one that may.
 *
 * <pre>
 * member       genesis event rejected gap source control closed   value
 * chain           M      M      M      M    M       M      M      "acme/3"
 * cluster         M                         M                     id of the Kafka cluster
 * context                o      o                                 {"bytes":n,"commit":hash}
 * duplicateOf            o     (1)                                seq of the first kept event, below this seq
 * hash            M                         M                     "sha-256"
 * id                     M      o                   M             at most 512 bytes
 * kind            M      M      M      M    M       M      M      the name of the column
 * origin          M                         M                     "ledger.example.com/acme/3"
 * partition       M                         M                     that of the chain
 * payload                M     (2)                  M             {"bytes":n,"commit":hash,"media":text,
 *                                                                  "schema":{"id":n,"sha256":hash}}, schema may be absent
 * prev            M      M      M      M    M       M      M      hash; 64 zeros at seq 0 and only there
 * producer               o      o                                 at most 512 bytes
 * reason                        M      M    M              M      a code of the kind's closed list
 * recorded        M      M      M      M    M       M      M      time
 * seq             M      M      M      M    M       M      M      0 for genesis and only there
 * source                 M      M      M                          {"from":n,"next":n,"time":time}, from below next;
 *                                                                  time may be absent, in a gap it must be
 * time                   o      o                                 at most 64 bytes
 * topic           M                         M                     ends in "in.", tenant
 * topicId         M                         M                     22 characters of base64url
 * type                   M      o                   M             at most 256 bytes; control: a closed list
 * v               M      M      M      M    M       M      M      1
 *
 * hash = 64 lower-case hex digits      time = {@link LedgerTime}      limits of text: {@link Attributes}
 * (1) for reasons duplicate and conflict, and only there; these and head-mismatch also have id and type
 * (2) unless the reason is null-value, and only then not; no context if the reason is headers-too-large
 * </pre>
 *
 * <p>Nothing sorts after {@code v}: every entry ends in <code>,"v":1}</code>. An unknown member, kind, code or version is
 * an error, for ever: a new one means {@code v} 2. The leaf hash is that of RFC 6962 over these bytes, so an entry is
 * encoded once and its bytes are kept; nobody hashes a re-encoding.
 */
public final class EntryCodec {
    /** The largest entry, in bytes. */
    public static final int BYTES_MAX = 4_096;

    /** The entry, its payload, the payload's schema. */
    private static final int DEPTH_MAX = 3;

    private EntryCodec() {}

    /**
     * The entry's bytes.
     *
     * @throws IllegalArgumentException if they are more than {@value #BYTES_MAX}
     */
    public static byte[] encode(Entry entry) {
        return new EntryWriter(BYTES_MAX).entry(entry).toBytes();
    }

    /**
     * Reads an entry, accepting exactly what {@link #encode} writes.
     *
     * @throws EntryException naming what is wrong: size, JSON, a member, a limit, or the form
     */
    public static Entry decode(byte[] bytes) throws EntryException {
        if (bytes.length > BYTES_MAX) {
            throw new EntryException("entry of " + bytes.length + " bytes is larger than " + BYTES_MAX);
        }
        try {
            Optional<Entry> event = EventReader.read(bytes);
            if (event.isPresent()) {
                return event.get();
            }
            Entry entry = EntryReader.read(JsonParser.parseObject(bytes, DEPTH_MAX));
            int difference = Arrays.mismatch(bytes, encode(entry));
            if (difference >= 0) {
                throw new EntryException("entry is not in RFC 8785 form at byte " + difference);
            }
            return entry;
        } catch (JsonException | IllegalArgumentException e) {
            throw new EntryException("entry: " + e.getMessage(), e);
        }
    }
}
