// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.entry.Salt;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ResumePoint;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What admitting a large payload allocates beyond a small one: nothing, unless white space must be taken out. */
class PayloadCopiesTest {
    private static final int SMALL = 1_000;
    private static final int LARGE = 50_000;
    private static final int NOISE = 4_096;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Salt salt = SamplePayloads.salt("copies");
    private final Admission admission = new Admission(() -> salt);
    private final Decoder decoder =
            new Decoder(Decoder.EVENT_BYTES_MAX, "operator", id -> new Schemas.Lookup.Pending());

    private static SourceRecord record(String form, String space, int elements) {
        String value = String.join("," + space, Collections.nCopies(elements, "\"an element\""));
        Records record = form.equals("plain") ? Records.plain() : Records.cloudEvent();
        return record.value("[" + value + "]").build();
    }

    private long allocated(SourceRecord record) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            AdmittedEvent message =
                    admission.event(record, ResumePoint.at(0), (Decoded.Accepted) decoder.decode(record));
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            assertThat(message.getPayload().remaining()).isPositive();
        }
        return least;
    }

    @ParameterizedTest
    @CsvSource({"plain,'',0", "cloudevent,'',0", "plain,' ',2", "cloudevent,' ',2"})
    void payloadIsNotCopiedButToTakeOutWhiteSpace(String form, String space, int copies) {
        // Given
        SourceRecord small = record(form, space, SMALL);
        SourceRecord large = record(form, space, LARGE);
        int bytes = large.value().orElseThrow().length()
                - small.value().orElseThrow().length();

        // When
        long more = allocated(large) - allocated(small);

        // Then
        assertThat(more).isLessThan(NOISE + (long) copies * bytes);
    }
}
