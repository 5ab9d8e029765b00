package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is shown to people. */
class ReportsTest {

    @Test
    void memoryIsTheProportionalShare() {
        assertEquals(1234, Memory.pss(List.of("Rss:  9999 kB", "Pss:  1234 kB", "Pss_Dirty:  77 kB")));
    }

    @Test
    void statusHasALineForEachPartWithItsPorts() {
        var status = new Status(Layout.standard(0));
        status.add(new Keeper(
                new MailProcess(new Project(Path.of("x"), false), Path.of("x"), Path.of("x.log"), Layout.standard(0)),
                new Journal()));

        var lines = status.text().lines().toList();

        assertEquals("part          state          pid    memory   ports", lines.getFirst());
        assertEquals("mail          stopped          -         -   2525 smtp, 8025 http", lines.get(1));
        assertTrue(lines.getLast().startsWith("total "), lines.getLast());
    }

    @Test
    void theWelcomeHasTwoOrdersToPasteOfTheDemoCatalogue() {
        var lines = new Welcome(Options.parse(List.of(), "")).lines(31);

        var curls = lines.stream().filter(line -> line.contains("-d '")).toList();
        assertEquals(2, curls.size());
        assertTrue(curls.stream().allMatch(line -> line.startsWith("  curl -s http://localhost:8080/api/v1/orders ")));
        assertTrue(curls.getFirst().contains("\"product_id\":\"01980000-0000-7000-8000-000000000001\",\"quantity\":2"));
        assertTrue(lines.contains("orderflow is ready after 31 s."), lines.toString());
    }

    @Test
    void whatAMailContainsIsNeverMarkup() {
        assertEquals("&lt;b title=&quot;&#39;&amp;&quot;&gt;", MailPage.escaped("<b title=\"'&\">"));
        assertEquals("\"a\\\"b\\\\c\\u000a\"", MailPage.quoted("a\"b\\c\n"));
    }

    @Test
    void aSignalIsToldInWords() {
        assertEquals("killed", Keeper.meaning(137));
        assertEquals("exit code 1", Keeper.meaning(1));
    }

    @Test
    void whoReadsTheJournalLaterReadsAllOfIt() {
        var journal = new Journal();
        journal.say("first");
        journal.say("second");

        assertEquals(List.of("first", "second"), journal.from(0));
        assertEquals(List.of("second"), journal.from(1));
        assertEquals(List.of(), journal.from(2));
    }
}
