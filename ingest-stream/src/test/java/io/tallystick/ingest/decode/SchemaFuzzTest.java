// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tallystick.avro.LedgerEvent;
import io.tallystick.fixtures.TestSeed;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Schema texts that a registry may hold, made up or damaged: always a judgement, and with what is found, always a decision on a
 * record; never an exception, and memory within a straight line. {@code -Dledger.fuzz.schemas} sets how many.
 */
class SchemaFuzzTest {
    private static final int SCHEMAS = Integer.getInteger("ledger.fuzz.schemas", 10_000);
    private static final int ID = 1;

    /** Most of it is Avro's tree of JSON nodes and its maps of fields. */
    private static final long ALLOCATED_PER_CHARACTER = 512;

    private static final long ALLOCATED_PER_BYTE = 96;
    private static final long ALLOCATED_FREE = 256 * 1024;

    /** Once for a LedgerEvent schema: Avro resolves it to ours, and makes a grammar of both. */
    private static final long ALLOCATED_FOR_RESOLVING = 2 * 1024 * 1024;

    private static final String LEDGER_EVENT = LedgerEvent.getClassSchema().toString();

    private static final List<String> SIMPLE = List.of(
            "null", "boolean", "int", "long", "float", "double", "bytes", "string", "LedgerEvent", "N1", "N2", "");
    private static final List<String> DEFAULTS =
            List.of("null", "0", "-1", "1e400", "\"\"", "\"\\u0000\"", "[]", "{}", "{\"a\":{}}", "true", "[[[]]]");
    private static final List<String> EXTRAS = List.of(
            ",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":9",
            ",\"logicalType\":\"uuid\"",
            ",\"logicalType\":7",
            ",\"aliases\":[\"id\",\"type\"]",
            ",\"aliases\":\"id\"",
            ",\"order\":\"sideways\"",
            ",\"doc\":[]",
            ",\"namespace\":\"io.tallystick.avro\"",
            ",\"namespace\":\"..\"",
            ",\"avro.java.string\":\"String\"",
            ",\"java-class\":\"java.lang.Runtime\"");

    private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void everySchemaIsJudgedAndEveryRecordDecidedAtLinearCost() {
        // Given
        Random random = TestSeed.random("fuzzed schemas");
        FuzzRecords records = new FuzzRecords(random);
        // What is loaded at first use is not the schema's cost.
        Random warmUp = new Random(1);
        for (int i = 0; i < 500; i++) {
            judge(text(warmUp));
        }
        int found = 0;
        int accepted = 0;

        for (int i = 0; i < SCHEMAS; i++) {
            String text = text(random);

            // When
            long before = memory.getCurrentThreadAllocatedBytes();
            Schemas.Lookup lookup = judge(text);
            long allocated = memory.getCurrentThreadAllocatedBytes() - before;

            // Then
            assertThat(allocated)
                    .as("bytes allocated for %s", text)
                    .isLessThan(ALLOCATED_FREE + ALLOCATED_PER_CHARACTER * text.length());
            if (lookup instanceof Schemas.Lookup.Found) {
                found++;
                accepted += decide(text, lookup, records.ledgerEvent());
                byte[] any = new byte[random.nextInt(200)];
                random.nextBytes(any);
                accepted += decide(text, lookup, any);
            } else {
                assertThat(lookup).as(text).isInstanceOf(Schemas.Lookup.Unknown.class);
            }
        }
        assertThat(found).as("found").isBetween(SCHEMAS / 10, SCHEMAS * 9 / 10);
        assertThat(accepted).as("records accepted").isBetween(found / 100, found * 2);
    }

    private static Schemas.Lookup judge(String text) {
        try {
            return RegisteredSchema.judge(ID, "AVRO", text, false);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("no judgement on " + text, e);
        }
    }

    /** 1 if the record is accepted, 0 if it is refused. */
    private int decide(String text, Schemas.Lookup lookup, byte[] datum) {
        Decoder decoder = new Decoder(Decoder.EVENT_BYTES_MAX, "operator", id -> lookup);
        SourceRecord record =
                Records.plain().value(FuzzRecords.frame(ID, datum)).build();
        long before = memory.getCurrentThreadAllocatedBytes();
        Decoded decoded;
        try {
            decoded = decoder.decode(record);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("no decision on " + record + " with " + text, e);
        }
        long allocated = memory.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated)
                .as("bytes allocated for %s with %s", record, text)
                .isLessThan(ALLOCATED_FOR_RESOLVING
                        + ALLOCATED_PER_BYTE * datum.length
                        + ALLOCATED_PER_CHARACTER * text.length());
        assertThat(decoded).as(text).isNotInstanceOf(Decoded.Waiting.class);
        return decoded instanceof Decoded.Accepted ? 1 : 0;
    }

    private static String text(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> damaged(LEDGER_EVENT, random);
            case 1 -> damaged(type(random, 6), random);
            case 2 -> withField(random);
            default -> type(random, 6);
        };
    }

    /** A LedgerEvent with a field more, of any type. */
    private static String withField(Random random) {
        String fields = "\"fields\":[";
        int at = LEDGER_EVENT.indexOf(fields) + fields.length();
        return LEDGER_EVENT.substring(0, at) + field(random, 4) + "," + LEDGER_EVENT.substring(at);
    }

    private static String type(Random random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(8);
        return switch (kind) {
            case 1 -> "{\"type\":\"array\",\"items\":" + type(random, depth - 1) + extra(random) + "}";
            case 2 -> "{\"type\":\"map\",\"values\":" + type(random, depth - 1) + extra(random) + "}";
            case 3 -> {
                StringBuilder union = new StringBuilder("[\"null\"");
                for (int i = random.nextInt(4); i > 0; i--) {
                    union.append(',').append(type(random, depth - 1));
                }
                yield union.append(']').toString();
            }
            case 4 ->
                "{\"type\":\"enum\",\"name\":\"" + name(random) + "\",\"symbols\":[\"A\",\"B\"]"
                        + (random.nextBoolean() ? ",\"default\":\"B\"" : "") + extra(random) + "}";
            case 5 ->
                "{\"type\":\"fixed\",\"name\":\"" + name(random) + "\",\"size\":"
                        + (random.nextInt(5) == 0 ? "2147483647" : random.nextInt(20)) + extra(random) + "}";
            case 6, 7 -> {
                StringBuilder record =
                        new StringBuilder("{\"type\":\"record\",\"name\":\"" + name(random) + "\",\"fields\":[");
                for (int i = random.nextInt(4); i > 0; i--) {
                    record.append(field(random, depth - 1)).append(i > 1 ? "," : "");
                }
                yield record.append("]").append(extra(random)).append('}').toString();
            }
            default -> "\"" + SIMPLE.get(random.nextInt(SIMPLE.size())) + "\"";
        };
    }

    private static String field(Random random, int depth) {
        return "{\"name\":\"f" + random.nextInt(50) + "\",\"type\":" + type(random, depth)
                + (random.nextInt(3) == 0 ? ",\"default\":" + DEFAULTS.get(random.nextInt(DEFAULTS.size())) : "")
                + extra(random) + "}";
    }

    private static String name(Random random) {
        return "N" + random.nextInt(100);
    }

    private static String extra(Random random) {
        return random.nextInt(6) == 0 ? EXTRAS.get(random.nextInt(EXTRAS.size())) : "";
    }

    /** A few characters gone, doubled, changed, or copied from elsewhere in the text. */
    private static String damaged(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int times = random.nextInt(3); times > 0 && !damaged.isEmpty(); times--) {
            int from = random.nextInt(damaged.length());
            int to = Math.min(damaged.length(), from + random.nextInt(30));
            switch (random.nextInt(4)) {
                case 0 -> damaged.delete(from, to);
                case 1 -> damaged.insert(random.nextInt(damaged.length()), damaged.substring(from, to));
                case 2 -> damaged.setCharAt(from, (char) random.nextInt(0x180));
                default -> damaged.insert(from, "[{\"".repeat(random.nextInt(300)));
            }
        }
        return damaged.toString();
    }
}
