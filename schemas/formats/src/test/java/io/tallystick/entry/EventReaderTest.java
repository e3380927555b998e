// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonParser;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short way must tell of every text what the long one tells. */
class EventReaderTest {
    private static final int MUTATED = Integer.getInteger("ledger.fuzz.entries", 200_000);
    private static final String INSERTED = "{}[]\",:\\u0 0123456789aefz-TZ.\n\u007f";

    private static Optional<Entry> theLongWay(byte[] bytes) {
        try {
            Entry entry = EntryReader.read(JsonParser.parseObject(bytes, 3));
            return Optional.of(entry).filter(read -> Arrays.equals(bytes, EntryCodec.encode(read)));
        } catch (JsonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Entry> decoded(byte[] bytes) {
        try {
            return Optional.of(EntryCodec.decode(bytes));
        } catch (EntryException e) {
            return Optional.empty();
        }
    }

    private static Optional<Entry> theShortWay(byte[] bytes) {
        try {
            return EventReader.read(bytes);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static List<byte[]> events() {
        return GoldenEntries.entries().stream()
                .filter(entry -> entry.kind() == Kind.EVENT)
                .map(EntryCodec::encode)
                .toList();
    }

    @Test
    void plainEventsAreReadAsTheyAre() {
        int plain = 0;
        for (Entry entry : GoldenEntries.entries()) {
            Optional<Entry> read = theShortWay(EntryCodec.encode(entry));
            if (read.isPresent()) {
                assertThat(read).contains(entry);
                assertThat(entry.kind()).isEqualTo(Kind.EVENT);
                plain++;
            }
        }
        assertThat(plain).isPositive();
    }

    @Test
    void whatIsTakenIsWhatTheLongWayTakes() {
        // Given
        Random random = TestSeed.random("mutated events");
        List<byte[]> events = events();
        int taken = 0;

        for (int i = 0; i < MUTATED; i++) {
            byte[] bytes = mutated(events, random);

            // When
            Optional<Entry> entry = decoded(bytes);

            // Then
            if (!entry.equals(theLongWay(bytes))) {
                throw new AssertionError(entry + " of " + new String(bytes, UTF_8));
            }
            if (entry.isPresent() && !Arrays.equals(bytes, EntryCodec.encode(entry.get()))) {
                throw new AssertionError("not in its one form: " + new String(bytes, UTF_8));
            }
            taken += entry.isPresent() ? 1 : 0;
        }
        assertThat(taken).isBetween(MUTATED / 100, MUTATED * 9 / 10);
    }

    private static byte[] mutated(List<byte[]> events, Random random) {
        byte[] event = events.get(random.nextInt(events.size()));
        return switch (random.nextInt(10)) {
            case 0 -> spliced(event, events.get(random.nextInt(events.size())), random);
            case 1 -> swapped(event, random);
            default -> mutated(event, random);
        };
    }

    /** Where members begin, at any depth: a comma or the opening brace before each, and the end of the text. */
    private static List<Integer> seams(byte[] event) {
        List<Integer> seams = new ArrayList<>();
        for (int at = 0; at + 1 < event.length; at++) {
            if ((event[at] == ',' || event[at] == '{') && event[at + 1] == '"') {
                seams.add(at);
            }
        }
        seams.add(event.length - 1);
        return seams;
    }

    /** The beginning of one event and the end of another, each up to a member, most often the same. */
    private static byte[] spliced(byte[] one, byte[] other, Random random) {
        List<Integer> ends = seams(one);
        List<Integer> begins = seams(other);
        int end = random.nextInt(ends.size());
        int begin = random.nextInt(4) == 0 ? random.nextInt(begins.size()) : Math.min(end, begins.size() - 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(one, 0, ends.get(end));
        out.write(other, begins.get(begin), other.length - begins.get(begin));
        return out.toByteArray();
    }

    /** Two neighbouring pieces between members change places. */
    private static byte[] swapped(byte[] event, Random random) {
        List<Integer> seams = seams(event);
        int first = random.nextInt(seams.size() - 2);
        int second = first + 1 + random.nextInt(seams.size() - first - 2);
        int begin = seams.get(first);
        int middle = seams.get(second);
        int end = seams.get(second + 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(event, 0, begin);
        out.write(event, middle, end - middle);
        out.write(event, begin, middle - begin);
        out.write(event, end, event.length - end);
        return out.toByteArray();
    }

    @Test
    void membersInAnotherOrderOrOfTwoEventsAreReadTheSameWay() {
        // Given
        Random random = TestSeed.random("moved members");
        List<byte[]> events = events();
        int changed = 0;

        for (int i = 0; i < MUTATED / 10; i++) {
            byte[] event = events.get(random.nextInt(events.size()));

            // When
            byte[] bytes = i % 2 == 0
                    ? swapped(event, random)
                    : spliced(event, events.get(random.nextInt(events.size())), random);

            // Then
            Optional<Entry> entry = decoded(bytes);
            if (!entry.equals(theLongWay(bytes))) {
                throw new AssertionError(entry + " of " + new String(bytes, UTF_8));
            }
            if (i % 2 == 0 && !Arrays.equals(bytes, event)) {
                changed++;
                if (entry.isPresent()) {
                    throw new AssertionError("members have one order: " + new String(bytes, UTF_8));
                }
            }
        }
        assertThat(changed).isGreaterThan(MUTATED / 50);
    }

    /** Mostly one byte is changed, put in, taken out or copied; the limits of numbers are met now and then. */
    private static byte[] mutated(byte[] sound, Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = random.nextInt(sound.length);
        out.write(sound, 0, at);
        int next = at + 1;
        switch (random.nextInt(6)) {
            case 0 -> out.write(INSERTED.charAt(random.nextInt(INSERTED.length())));
            case 1 -> out.write(random.nextInt(256));
            case 2 -> {
                out.write(INSERTED.charAt(random.nextInt(INSERTED.length())));
                next = at;
            }
            case 3 -> next = Math.min(sound.length, at + 1 + random.nextInt(12));
            case 4 -> {
                byte[] number = List.of("9007199254740991", "9007199254740992", "99999999999999999999", "00", "-0")
                        .get(random.nextInt(5))
                        .getBytes(UTF_8);
                out.write(number, 0, number.length);
            }
            default -> out.write(sound[at] >= '0' && sound[at] <= '9' ? '0' + random.nextInt(10) : sound[at]);
        }
        out.write(sound, next, sound.length - next);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 100, 300})
    void aPrefixIsNoEvent(int length) {
        for (byte[] event : events()) {
            byte[] prefix = Arrays.copyOf(event, Math.min(length, event.length - 1));
            assertThat(theShortWay(prefix)).isEmpty();
            assertThat(decoded(prefix)).isEmpty();
        }
    }
}
