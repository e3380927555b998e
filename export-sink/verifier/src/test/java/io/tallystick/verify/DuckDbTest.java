// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The views and queries that are shipped in a bucket, run by DuckDB over the bundles of three tenants. */
class DuckDbTest {
    private static final Path SHIPPED = Path.of("../src/main/resources/io/tallystick/export");

    @TempDir
    static Path temp;

    private static Connection duck;
    private static Scenario scenario;

    @BeforeAll
    static void readBucket() throws IOException, SQLException {
        scenario = Scenario.write(temp, 10);
        // A third tenant, with what guessed column types would misread.
        scenario.ledger
                .tenant("initech", false)
                .chain(12)
                .genesis()
                .event("i-1", "{\"Id\":1,\"id\":2,\"keywords\":-9223372036854775808,\"price\":1.10,\"e\":1e400}")
                .event("i-2", "\"2026-11-21\"")
                .event("i-3", "null")
                .about("i-4", "order.shipped", "order/7", "{\"to\":\"Bern\"}")
                .about("i-5", "order.shipped", "order/8", "{\"to\":\"Oslo\"}")
                .about("i-6", "order.returned", "order/7", "{}");
        scenario.ledger.closeWindow();
        duck = DriverManager.getConnection("jdbc:duckdb:", new Properties());
        try (Statement statement = duck.createStatement()) {
            statement.execute("SET autoinstall_known_extensions = false"); // nothing is fetched from a network
            useBucket(scenario.ledger.bucket);
            statement.execute(Files.readString(SHIPPED.resolve("sql/duckdb.sql")));
        }
    }

    /** As if started in the directory that holds v1. */
    private static void useBucket(Path bucket) throws SQLException {
        try (Statement statement = duck.createStatement()) {
            statement.execute("SET file_search_path = '" + bucket + "'");
        }
    }

    @AfterAll
    static void close() throws SQLException {
        if (duck != null) {
            duck.close();
        }
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = duck.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> cells = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    cells.add(result.getString(column));
                }
                rows.add(String.join(" ", cells));
            }
        }
        return rows;
    }

    /** The query of the bucket's README under the sentence that begins like this. */
    private static List<String> documented(String sentence) throws IOException, SQLException {
        String readme = Files.readString(SHIPPED.resolve("README.md"));
        int at = readme.indexOf("\n" + sentence);
        assertThat(at).as(sentence).isPositive();
        int begin = readme.indexOf("```sql\n", at) + "```sql\n".length();
        return query(readme.substring(begin, readme.indexOf("```", begin)));
    }

    @Test
    void documentedQueriesCountByTenantAndDay() throws IOException, SQLException {
        assertThat(documented("What each tenant recorded"))
                .containsExactly(
                        "acme 2026-11-21 closed 1",
                        "acme 2026-11-21 control 1",
                        "acme 2026-11-21 event 10",
                        "acme 2026-11-21 gap 1",
                        "acme 2026-11-21 genesis 2",
                        "acme 2026-11-21 rejected 2",
                        "acme 2026-11-21 source 1",
                        "globex 2026-11-21 event 2",
                        "globex 2026-11-21 genesis 1",
                        "globex 2026-11-21 rejected 1",
                        "initech 2026-11-21 event 6",
                        "initech 2026-11-21 genesis 1");
    }

    @Test
    void documentedQueriesFindWhatWasRefusedOrLost() throws IOException, SQLException {
        assertThat(documented("What was refused"))
                .containsExactly(
                        "acme 2026-11-21 not-json 1",
                        "acme 2026-11-21 null-value 1",
                        "globex 2026-11-21 value-too-large 1");
        assertThat(documented("Records that were lost")).containsExactly("acme acme/3 1 0 40 before-ledger");
    }

    @Test
    void documentedQueryNamesAChainWithAHole(@TempDir Path folder) throws IOException, SQLException {
        // Given
        Path bucket = Scenario.copy(scenario.ledger.bucket, folder.resolve("bucket"));
        assertThat(documented("Whether an entry is missing")).isEmpty();

        // When
        Files.delete(bucket.resolve(Scenario.path("acme", 1)).resolve(Scenario.DATA));

        // Then
        useBucket(bucket);
        assertThat(documented("Whether an entry is missing")).containsExactly("acme/0 0 11 10");
        useBucket(scenario.ledger.bucket);
    }

    @Test
    void whatIsNotCommittedIsNoEvidence(@TempDir Path folder) throws IOException, SQLException {
        // Given
        Path bucket = Scenario.copy(scenario.ledger.bucket, folder.resolve("bucket"));
        Path committed = bucket.resolve(Scenario.path("acme", 3)).resolve("checkpoint");
        assertThat(committed.resolveSibling(Scenario.DATA)).exists();

        // When
        Files.delete(committed);

        // Then
        useBucket(bucket);
        assertThat(query("SELECT DISTINCT window_start FROM entries WHERE tenant = 'acme' ORDER BY 1"))
                .containsExactly("20261121T030000Z", "20261121T031500Z");
        useBucket(scenario.ledger.bucket);
    }

    @Test
    void athenaReadsTheSameColumns() throws IOException, SQLException {
        // Given
        String statement = Files.readString(SHIPPED.resolve("sql/athena.sql"));
        String table = statement.substring(0, statement.indexOf("ROW FORMAT"));

        // Then
        assertThat(Pattern.compile("(\\w+) string").matcher(table).results().map(result -> result.group(1)))
                .containsExactlyInAnyOrderElementsOf(query("SELECT column_name FROM (DESCRIBE lines)"));
    }

    @Test
    void documentedQueriesFindEvents() throws IOException, SQLException {
        assertThat(documented("An event by its id"))
                .containsExactly(
                        "acme acme/0 8 20261121T034500Z event order.created {\"note\":\"sixth\"}",
                        "acme acme/0 9 20261121T034500Z event order.created {\"note\":\"sixth\"}");
        assertThat(documented("Events of a type and subject"))
                .containsExactly("initech/12 4 i-4 bob {\"to\":\"Bern\"}");
        assertThat(documented("Events that came more than once"))
                .containsExactly("acme acme/0 9 a-6 event 8 20261121T034500Z");
    }

    @Test
    void everyEntryOfEveryTenantIsThereOnce() throws SQLException {
        assertThat(query("SELECT tenant, chain, count(*), min(seq), max(seq), count(DISTINCT seq) FROM entries"
                        + " GROUP BY ALL ORDER BY ALL"))
                .containsExactly(
                        "acme acme/0 12 0 11 12",
                        "acme acme/3 6 0 5 6",
                        "globex globex/0 4 0 3 4",
                        "initech initech/12 7 0 6 7");
    }

    @Test
    void foldersAreColumnsOfText() throws SQLException {
        assertThat(
                        query(
                                "SELECT DISTINCT window_start, typeof(window_start) FROM entries WHERE tenant = 'acme' ORDER BY 1"))
                .containsExactly("20261121T030000Z VARCHAR", "20261121T031500Z VARCHAR", "20261121T034500Z VARCHAR");
    }

    @Test
    void refusalsAndGapsAreFoundByTheirReason() throws SQLException {
        assertThat(
                        query(
                                "SELECT tenant, kind, reason FROM entries WHERE reason IS NOT NULL ORDER BY tenant, chain, seq"))
                .containsExactly(
                        "acme rejected not-json",
                        "acme rejected null-value",
                        "acme gap before-ledger",
                        "acme source topic-recreated",
                        "acme closed closed",
                        "globex rejected value-too-large");
    }

    @Test
    void sourceOffsetsAreContiguous() throws SQLException {
        assertThat(query("SELECT chain, seq FROM (SELECT chain, seq, kind, source_from,"
                        + " lag(source_next) OVER (PARTITION BY chain ORDER BY seq) AS before FROM entries"
                        + " WHERE source_from IS NOT NULL) WHERE before IS NOT NULL AND source_from <> before"))
                .as("only behind the source entry, where the topic was created again")
                .containsExactly("acme/3 4");
    }

    @Test
    void payloadsKeepTheirNumbersAndNames() throws SQLException {
        assertThat(query("SELECT payload FROM entries WHERE id = 'i-1'"))
                .as("fractions alone are printed anew, as duckdb.sql says")
                .containsExactly("{\"Id\":1,\"id\":2,\"keywords\":-9223372036854775808,\"price\":1.1,\"e\":1e400}");
        assertThat(query("SELECT payload ->> '$.amount' FROM entries WHERE id = 'a-1'"))
                .containsExactly("12345678901234567890");
        assertThat(query("SELECT payload ->> '$.Id', payload ->> '$.id' FROM entries WHERE id = 'i-1'"))
                .containsExactly("1 2");
        assertThat(query("SELECT payload FROM entries WHERE id = 'i-2'")).containsExactly("\"2026-11-21\"");
    }

    @Test
    void binaryPayloadsAndContextAreThere() throws SQLException {
        assertThat(query("SELECT hex(from_base64(payload64)), payload_bytes FROM entries WHERE id = 'b-1'"))
                .containsExactly("0001FF 3");
        assertThat(query("SELECT context ->> '$.actor' FROM entries WHERE id = 'a-1'"))
                .containsExactly("alice");
    }
}
