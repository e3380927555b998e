// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.RejectReason;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CloudEvents 1.0: the Kafka protocol binding (section 3) and the JSON event format. A refusal says {@code
 * cloudevents-invalid} wherever it is the attributes that are wrong.
 */
class CloudEventsTest {
    private static final Decoder DECODER = new Decoder(
            Decoder.EVENT_BYTES_MAX, "operator", id -> new Schemas.Lookup.Unknown("is not in the schema registry"));
    private static final String MINIMAL =
            "\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/orders\",\"type\":\"t\"";

    private static Decoded.Accepted accepted(Records record) {
        Decoded decoded = DECODER.decode(record.build());
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        return (Decoded.Accepted) decoded;
    }

    private static void assertInvalid(Records record) {
        assertThat(DECODER.decode(record.build()))
                .isInstanceOfSatisfying(Decoded.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(RejectReason.CLOUDEVENTS_INVALID));
    }

    private static Records event(String members) {
        return Records.structured("{" + members + "}");
    }

    // ---- which mode it is ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "application/cloudevents+json; charset=utf-8",
                "application/cloudevents+json;charset=UTF-8",
                "Application/CloudEvents+JSON",
                "APPLICATION/CLOUDEVENTS+JSON ; CHARSET=UTF-8",
                "  application/cloudevents+json"
            })
    void structuredModeIsKnownByTheContentTypeWithoutCase(String contentType) {
        // When
        Decoded.Accepted event =
                accepted(Records.plain().value("{" + MINIMAL + "}").header("content-type", contentType));

        // Then
        assertThat(event.identity().id()).contains("e-1");
        assertThat(event.payload().media()).isEqualTo(contentType);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents-batch+json",
                "application/cloudevents-batch+json; charset=utf-8",
                "Application/CloudEvents-Batch+JSON",
                "application/cloudevents-batch+avro",
                " application/cloudevents-batch"
            })
    void batchIsRefusedWhateverItHolds(String contentType) {
        assertInvalid(Records.plain().value("[]").header("content-type", contentType));
        assertInvalid(Records.plain().value("[{" + MINIMAL + "}]").header("content-type", contentType));
        assertInvalid(Records.plain().value("garbage").header("content-type", contentType));
        assertInvalid(Records.cloudEvent().without("content-type").header("content-type", contentType));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"CE_specversion", "Ce_SpecVersion", "ce-specversion", "cloudEvents:specversion", "specversion"})
    void headersOfOtherSpellingMakeNoCloudEvent(String header) {
        // When
        Decoded.Accepted event = accepted(Records.plain().header(header, "1.0").header("ce_id", "e-1"));

        // Then
        assertThat(event.identity().type()).contains("event");
        assertThat(event.identity().id()).contains("topic-id-1:3:7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type"})
    void attributeHeaderInUpperCaseIsNotTheAttribute(String attribute) {
        assertInvalid(Records.cloudEvent().without("ce_" + attribute).header("CE_" + attribute, "x"));
        assertInvalid(Records.cloudEvent()
                .without("ce_" + attribute)
                .header("ce_" + attribute.toUpperCase(Locale.ROOT), "x"));
    }

    // ---- attributes ----

    @ParameterizedTest
    @ValueSource(strings = {"", "0.3", "1", "1.0.0", "1.1", "2.0", " 1.0", "1.0 ", "1,0", "\uff11.0"})
    void anotherVersionIsRefused(String version) {
        assertInvalid(Records.cloudEvent().without("ce_specversion").header("ce_specversion", version));
        assertInvalid(event(MINIMAL.replace("\"1.0\"", "\"" + version + "\"")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"specversion", "id", "source", "type"})
    void requiredMemberIsThereATextAndNotEmpty(String name) {
        // Given
        String pair = "\"" + name + "\":\"[^\"]*\"";

        // Then
        assertInvalid(event(MINIMAL.replaceFirst(pair, "\"other\":1")));
        for (String value : List.of("\"\"", "null", "1", "1.0", "true", "{}", "[]", "[\"a\"]")) {
            assertInvalid(event(MINIMAL.replaceFirst(pair, "\"" + name + "\":" + value)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type"})
    void requiredHeaderIsThereOnceInUtf8AndNotEmpty(String name) {
        // Given
        String header = "ce_" + name;

        // Then
        assertInvalid(Records.cloudEvent().without(header));
        assertInvalid(Records.cloudEvent().without(header).header(header, ""));
        assertInvalid(Records.cloudEvent().without(header).header(header, (byte[]) null));
        assertInvalid(Records.cloudEvent().without(header).header(header, new byte[] {(byte) 0xc3}));
        assertInvalid(Records.cloudEvent().header(header, "again"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"time", "subject"})
    void optionalAttributeIsATextAndNotEmptyOrAbsent(String name) {
        assertInvalid(Records.cloudEvent().header("ce_" + name, ""));
        assertInvalid(event(MINIMAL + ",\"" + name + "\":\"\""));
        assertInvalid(event(MINIMAL + ",\"" + name + "\":5"));
        accepted(event(MINIMAL + ",\"" + name + "\":null"));
        accepted(Records.cloudEvent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"datacontenttype", "dataschema"})
    void descriptionOfTheDataIsATextOrAbsent(String name) {
        accepted(event(MINIMAL + ",\"" + name + "\":\"application/xml\",\"data\":\"<a/>\""));
        accepted(event(MINIMAL + ",\"" + name + "\":null"));
        assertInvalid(event(MINIMAL + ",\"" + name + "\":7"));
        assertInvalid(event(MINIMAL + ",\"" + name + "\":{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-21",
                "2026-11-21T03:15Z",
                "2026-11-21T03:15:00",
                "2026-11-21 03:15:00Z",
                "2026-11-21T24:00:00Z",
                "2026-11-21T03:60:00Z",
                "2026-11-21T03:15:61Z",
                "2026-11-21T03:15:00.Z",
                "2026-11-21T03:15:00,5Z",
                "2026-11-21T03:15:00+0100",
                "2026-11-21T03:15:00+24:00",
                "2026-11-21T03:15:00+01:60",
                "2026-11-21T03:15:00Z ",
                "2026-13-21T03:15:00Z",
                "2026-00-21T03:15:00Z",
                "2026-11-31T03:15:00Z",
                "2026-02-29T03:15:00Z",
                "2026-11-00T03:15:00Z",
                "1900-02-29T03:15:00Z",
                "-026-11-21T03:15:00Z",
                "+2026-11-21T03:15:00Z",
                "\u0662026-11-21T03:15:00Z",
                "1763694900"
            })
    void timeThatIsNotRfc3339IsRefused(String time) {
        assertInvalid(Records.cloudEvent().header("ce_time", time));
        assertInvalid(event(MINIMAL + ",\"time\":\"" + time + "\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-21T03:15:00Z",
                "2026-11-21t03:15:00z",
                "2026-11-21T03:15:60Z",
                "2024-02-29T23:59:59.999999999+23:59",
                "2000-02-29T00:00:00-00:00",
                "0000-01-01T00:00:00Z"
            })
    void timeOfRfc3339StaysAsProduced(String time) {
        assertThat(accepted(Records.cloudEvent().header("ce_time", time))
                        .identity()
                        .time())
                .contains(time);
        assertThat(accepted(event(MINIMAL + ",\"time\":\"" + time + "\""))
                        .identity()
                        .time())
                .contains(time);
    }

    @Test
    void extensionsAreKeptWhateverTheirNamesAndValues() {
        // Given
        String members = MINIMAL + ",\"traceparent\":\"00-a\",\"Not_A_Name\":1,\"n\":{\"a\":[1e999]}";

        // Then
        assertThat(accepted(event(members)).payload().bytes()).isEqualTo(Bytes.utf8("{" + members + "}"));
        assertThat(accepted(Records.cloudEvent().header("ce_Not-A-Name", new byte[] {(byte) 0xff}))
                        .context()
                        .orElseThrow()
                        .headers())
                .hasSize(6);
    }

    // ---- data ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"data\":null",
                "\"data\":0",
                "\"data\":\"text\"",
                "\"data\":{\"specversion\":\"0.1\",\"id\":\"\"}",
                "\"data_base64\":\"\"",
                "\"data_base64\":\"AA==\"",
                "\"data_base64\":\"\\u0041A\\u003d=\"",
                "\"data_base64\":null,\"data\":1",
                "\"data_base64\":\"AAAA\",\"data\":null"
            })
    void dataOrItsBase64IsTaken(String data) {
        accepted(event(MINIMAL + "," + data));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"data_base64\":\"AA==\",\"data\":{}",
                "\"data_base64\":\"A\"",
                "\"data_base64\":\"AAA*\"",
                "\"data_base64\":\"A A=\"",
                "\"data_base64\":\"AA=A\"",
                "\"data_base64\":\"_-==\"",
                "\"data_base64\":\"\u00e9AAA\"",
                "\"data_base64\":5",
                "\"data_base64\":{}",
                "\"data_base64\":[\"AA==\"]"
            })
    void dataTwiceOrBadBase64IsRefused(String data) {
        assertInvalid(event(MINIMAL + "," + data));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "null", "\"text\"", "[{}]"})
    void structuredEventIsAnObject(String value) {
        assertInvalid(Records.structured(value));
    }

    @Test
    void dataOfTheBinaryModeIsJudgedByItsOwnMedia() {
        // Given
        byte[] octets = {0, 1, (byte) 0xff};

        // Then
        assertThat(accepted(Records.cloudEvent()
                                .without("content-type")
                                .header("content-type", "image/png")
                                .value(octets))
                        .payload()
                        .bytes())
                .isEqualTo(Bytes.of(octets));
        assertThat(accepted(Records.cloudEvent().without("content-type").value(octets))
                        .payload()
                        .media())
                .isEqualTo("application/octet-stream");
        assertThat(accepted(Records.cloudEvent().without("content-type").value("[ 1 ]"))
                        .payload()
                        .bytes())
                .isEqualTo(Bytes.utf8("[1]"));
        assertThat(accepted(Records.cloudEvent().value("7")).payload().media()).isEqualTo("application/json");
    }
}
