// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.trust.TrustAnchors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was anchored only behind the windows that are wanted is fetched with them. */
class LaterAnchorsFetchTest extends GoldenFetch {
    private static final Instant NEXT_DAY = Instant.parse("2026-11-22T00:00:00Z");
    private static final Extent FIRST =
            Extent.ALL.withTenant("acme").within(THIRD.minusSeconds(1_800), THIRD.minusSeconds(900));

    /** Size of the registry at the end of a golden window. */
    private long size(String start) {
        String checkpoint = golden.keySet().stream()
                .filter(name -> name.startsWith("v1/registry/") && name.endsWith(start + "/checkpoint"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(new String(golden.get(checkpoint), StandardCharsets.UTF_8).split("\n", -1)[1]);
    }

    private String receipt(String start, String name) {
        return "v1/anchors/dt=2026-11-21/" + size(start) + "/" + name;
    }

    @Test
    void ofAPeriodWhatIsAnchoredOnlyLaterIsFetchedWithTheLeavesUpToThere() throws Exception {
        // Given: a party that has answered, and one that did two windows later; and the day after
        bucket.put(receipt("T030000Z", "tsa1.tsr"), new byte[] {1});
        bucket.put(receipt("T031500Z", "tsa1.tsr"), new byte[] {1});
        bucket.put(receipt("T033000Z", "cosignature-01234567"), new byte[] {1});
        bucket.put("v1/anchors/dt=2026-11-22/99/tsa1.tsr", new byte[] {1});
        bucket.put("v1/registry/dt=2026-11-22/window_start=20261122T000000Z/leaves.ndjson", new byte[] {1});

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(windowsOf("tenant=acme")).containsExactly("20261121T030000Z");
        assertThat(windowsOf("registry")).contains("20261121T031500Z", "20261121T033000Z");
        assertThat(here())
                .contains(receipt("T033000Z", "cosignature-01234567"))
                .noneMatch(name -> name.contains("dt=2026-11-22"));
    }

    @Test
    void ofAPeriodThatEndsWithADayTheNextDaysAnchorsAreFetchedIfTheyAreNeeded() throws Exception {
        // Given
        Extent day = Extent.ALL.withTenant("acme").within(Instant.parse("2026-11-21T00:00:00Z"), NEXT_DAY);
        bucket.put("v1/anchors/dt=2026-11-22/99/tsa1.tsr", new byte[] {1});
        bucket.put("v1/anchors/dt=2026-11-23/199/tsa1.tsr", new byte[] {1});
        bucket.put("v1/registry/dt=2026-11-22/window_start=20261122T000000Z/leaves.ndjson", new byte[] {1});
        bucket.put("v1/registry/dt=2026-11-23/window_start=20261123T000000Z/leaves.ndjson", new byte[] {1});

        // When
        fetch(day, Narrowing.NONE);

        // Then
        assertThat(here())
                .contains("v1/anchors/dt=2026-11-22/99/tsa1.tsr")
                .contains("v1/registry/dt=2026-11-22/window_start=20261122T000000Z/leaves.ndjson")
                .noneMatch(name -> name.contains("dt=2026-11-23"));
    }

    @Test
    void whereEveryPartyHasAnsweredNothingLaterIsFetched() throws Exception {
        // Given
        for (String start : List.of("T030000Z", "T031500Z", "T033000Z", "T034500Z")) {
            bucket.put(receipt(start, "tsa1.tsr"), new byte[] {1});
        }

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(windowsOf("registry")).containsExactly("20261121T030000Z");
    }

    @Test
    void ofOneWindowThatIsLookedForWhatIsAnchoredLaterIsFetchedIfTheRegistryIs() throws Exception {
        // Given
        bucket.put(receipt("T034500Z", "tsa1.tsr"), new byte[] {1});
        Narrowing first = Narrowing.at(manifest -> manifest.window().start().isBefore(THIRD.minusSeconds(900)));

        // When
        fetch(Extent.ALL.withTenant("acme"), first);

        // Then
        assertThat(windowsOf("tenant=acme")).containsExactly("20261121T030000Z");
        assertThat(windowsOf("registry")).hasSize(4);
        assertThat(here()).contains(receipt("T034500Z", "tsa1.tsr"));
    }

    @Test
    void noMoreLaterCheckpointsAreFetchedThanTheVerifierLooksAt() throws Exception {
        // Given: a new party every day
        for (int day = 10; day < 30; day++) {
            bucket.put("v1/anchors/dt=2026-12-" + day + "/" + day + "0/tsa" + day + ".tsr", new byte[] {1});
        }

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(here().stream().filter(name -> name.startsWith("v1/anchors/")))
                .hasSize(8)
                .noneMatch(name -> name.contains("dt=2026-12-18"));
    }

    /** A log answers for every checkpoint, one a day, and an authority for the last alone. */
    private void stampAfterALongOutage() {
        for (int day = 10; day < 30; day++) {
            bucket.put("v1/anchors/dt=2026-12-" + day + "/" + day + "0/log1.log.json", new byte[] {1});
        }
        bucket.put("v1/anchors/dt=2026-12-28/280/tsa1.tsr", new byte[] {1});
    }

    private static WantedReceipts stamped() {
        return new WantedReceipts(
                Set.of(
                        ReceiptNames.parse("log1.log.json").orElseThrow(),
                        ReceiptNames.parse("tsa1.tsr").orElseThrow()),
                Map.of(TrustAnchors.Kind.TSA, 1),
                0);
    }

    @Test
    void whoAnswersAlwaysHidesNobodyWhoIsAskedForAndComesBackLate() throws Exception {
        // Given
        stampAfterALongOutage();

        // When
        fetch(FIRST.withReceipts(stamped()), Narrowing.NONE);

        // Then
        assertThat(here())
                .contains("v1/anchors/dt=2026-12-28/280/tsa1.tsr")
                .noneMatch(name -> name.contains("dt=2026-12-29"));
        assertThat(windowsOf("registry")).hasSize(4);
    }

    @Test
    void ofOneWindowWhatIsAskedForIsFetchedHoweverFarBehind() throws Exception {
        // Given
        stampAfterALongOutage();
        Narrowing first = Narrowing.at(manifest -> manifest.window().start().isBefore(THIRD.minusSeconds(900)));

        // When
        fetch(Extent.ALL.withTenant("acme").withReceipts(stamped()), first);

        // Then
        assertThat(here())
                .contains("v1/anchors/dt=2026-12-28/280/tsa1.tsr")
                .noneMatch(name -> name.contains("dt=2026-12-29"));
    }

    @Test
    void ofOneWindowAsManyCheckpointsAreFetchedAsAreOfferedToAProof() throws Exception {
        // Given: a stamp every day, each of which would do by itself; the first may be worth nothing
        for (int day = 10; day < 30; day++) {
            bucket.put("v1/anchors/dt=2026-12-" + day + "/" + day + "0/tsa1.tsr", new byte[] {1});
        }
        Narrowing first = Narrowing.at(manifest -> manifest.window().start().isBefore(THIRD.minusSeconds(900)));

        // When
        fetch(Extent.ALL.withTenant("acme").withReceipts(stamped()), first);

        // Then
        assertThat(here().stream().filter(name -> name.startsWith("v1/anchors/")))
                .hasSize(8)
                .contains("v1/anchors/dt=2026-12-17/170/tsa1.tsr");
    }

    @Test
    void whatNobodyAsksForIsNotFetchedFromFarBehind() throws Exception {
        // Given
        stampAfterALongOutage();

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(here().stream().filter(name -> name.startsWith("v1/anchors/")))
                .containsExactly("v1/anchors/dt=2026-12-10/100/log1.log.json");
    }
}
