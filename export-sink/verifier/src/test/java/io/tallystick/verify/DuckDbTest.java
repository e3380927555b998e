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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The views that are shipped in a bucket, read by DuckDB over the bundles of three tenants. */
class DuckDbTest {
    private static final Path VIEWS = Path.of("../src/main/resources/io/tallystick/export/sql/duckdb.sql");

    @TempDir
    static Path temp;

    private static Connection duck;

    @BeforeAll
    static void readBucket() throws IOException, SQLException {
        Scenario scenario = Scenario.write(temp, 10);
        // A third tenant, with what guessed column types would misread.
        scenario.ledger
                .tenant("initech", false)
                .chain(12)
                .genesis()
                .event("i-1", "{\"Id\":1,\"id\":2,\"keywords\":-9223372036854775808,\"price\":1.10,\"e\":1e400}")
                .event("i-2", "\"2026-11-21\"")
                .event("i-3", "null");
        scenario.ledger.closeWindow();
        duck = DriverManager.getConnection("jdbc:duckdb:", new Properties());
        try (Statement statement = duck.createStatement()) {
            // As if started in the directory that holds v1; and nothing is fetched from a network.
            statement.execute("SET file_search_path = '" + scenario.ledger.bucket + "'");
            statement.execute("SET autoinstall_known_extensions = false");
            statement.execute(Files.readString(VIEWS));
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

    @Test
    void everyEntryOfEveryTenantIsThereOnce() throws SQLException {
        assertThat(query("SELECT tenant, chain, count(*), min(seq), max(seq), count(DISTINCT seq) FROM entries"
                        + " GROUP BY ALL ORDER BY ALL"))
                .containsExactly(
                        "acme acme/0 12 0 11 12",
                        "acme acme/3 6 0 5 6",
                        "globex globex/0 4 0 3 4",
                        "initech initech/12 4 0 3 4");
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
