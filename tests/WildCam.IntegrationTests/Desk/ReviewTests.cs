using System.Globalization;
using Microsoft.Playwright;
using WildCam.Storage;
using WildCam.Storage.Identifications;

namespace WildCam.IntegrationTests.Desk;

/// <summary>Review in a browser: keys alone, undo, conflicts, lost links, two people, boxes.</summary>
[Collection(nameof(Alone))]
public sealed class ReviewTests(DeskHub hub) : IClassFixture<DeskHub>
{
    /// <summary>From the key to the next event painted, the median of many.</summary>
    const int NextPaintedMillisecondsMax = 100;

    [Fact]
    public async Task Fifty_events_are_reviewed_by_keys_alone_with_an_undo_and_a_conflict()
    {
        var page = await OpenAsync("queue=low");
        var started = await hub.Database.ReadAsync<long>("select coalesce(max(id), 0) from identifications");
        await page.EvaluateAsync("""
            (() => { window.painted = [];
              addEventListener('keydown', () => {
                const from = performance.now();
                const before = document.getElementById('where').textContent;
                const look = () => document.getElementById('where').textContent === before
                  ? requestAnimationFrame(look)
                  : requestAnimationFrame(() => painted.push(performance.now() - from));
                requestAnimationFrame(look);
              }, { capture: true }); })()
            """);
        var ben = await AddPersonAsync("Ben");
        for (var i = 0; i < 50; i++)
        {
            if (i == 20)
            {
                // So many that nobody suggests the same: that would be agreement, and no conflict.
                var filed = await new IdentificationsTable(hub.Database.Source).FileAsync(
                    new Decision(
                        ben, await CurrentAsync(page), null, null, [new Finding(Category.Vehicle, Count: 7)], null),
                    default);
                Assert.Equal(FileOutcome.Filed, filed.Outcome);
            }

            var before = await page.Locator("#where").InnerTextAsync();
            await page.Keyboard.PressAsync(i % 10 == 3 ? "2" : i % 10 == 7 ? "0" : "Enter");
            await Assertions.Expect(page.Locator("#where")).Not.ToHaveTextAsync(before);
            if (i == 30)
            {
                await page.Keyboard.PressAsync("Control+z");
                await Assertions.Expect(page.Locator("#where")).ToHaveTextAsync(before);
                await page.Keyboard.PressAsync("0");
                await Assertions.Expect(page.Locator("#where")).Not.ToHaveTextAsync(before);
            }
        }

        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(
            "^1 could not be saved: Ben changed it at", System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)));
        await page.Locator("#see").PressAsync("Enter");
        await Assertions.Expect(page.Locator("#conflict")).ToContainTextAsync("Vehicle");
        await page.GetByRole(AriaRole.Button, new() { Name = "Put mine on top" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("All saved");

        var counts = await hub.Database.ReadAsync<string>("""
            select count(distinct event_id) || ' ' || count(*) from identifications i
            where i.id > $1 and i.account_id = (select id from accounts where email = 'ana@example.org')
              and i.undoes is null and not exists (select from identifications u where u.undoes = i.id)
            """, started);
        Assert.Equal("50 50", counts);
        var times = await page.EvaluateAsync<double[]>("painted");
        Array.Sort(times);
        var median = times[times.Length / 2];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"key to next event painted: a quarter within {times[times.Length / 4]:0} ms, half within {median:0} ms"));
        Assert.InRange(median, 0, NextPaintedMillisecondsMax);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_lost_link_and_a_reload_lose_no_decision()
    {
        var page = await OpenAsync("queue=unreviewed&site=ridge-2");
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        var events = new List<Guid>();
        async Task DecideAsync()
        {
            events.Add(await CurrentAsync(page));
            var before = await page.Locator("#where").InnerTextAsync();
            await page.Keyboard.PressAsync("p");
            await Assertions.Expect(page.Locator("#where")).Not.ToHaveTextAsync(before);
        }

        await page.Context.SetOfflineAsync(true);
        await DecideAsync();
        await DecideAsync();
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("2 waiting");
        await page.RouteAsync("**/decisions", route => route.AbortAsync());
        await page.Context.SetOfflineAsync(false);
        await DecideAsync();
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("3 waiting");
        Assert.DoesNotContain(await CurrentAsync(page), events);
        await page.UnrouteAsync("**/decisions");
        await page.EvaluateAsync("dispatchEvent(new Event('online'))");
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("All saved");
        Assert.Equal(3L, await hub.Database.ReadAsync<long>(
            "select count(*) from identifications where event_id = any($1)", events.ToArray()));
        Assert.Equal(3L, await hub.Database.ReadAsync<long>("""
            select count(*) from event_findings where event_id = any($1) and category = 2 and source = 2
            """, events.ToArray()));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Two_people_are_given_different_events_and_are_told_of_each_other()
    {
        var ana = await OpenAsync("queue=unreviewed&site=old-mill");
        var ben = await hub.OpenAsync(personId: await AddPersonAsync("Ben Ito"));
        await ben.GotoAsync("/p/creek/review?queue=unreviewed&site=old-mill");
        await Assertions.Expect(ben.Locator("#where")).Not.ToBeEmptyAsync();
        Assert.NotEqual(await CurrentAsync(ana), await CurrentAsync(ben));
        await Assertions.Expect(ben.Locator("#others")).ToContainTextAsync("Ana Lopez is at Old Mill");
        await ana.Context.CloseAsync();
        await ben.Context.CloseAsync();
    }

    [Fact]
    public async Task A_species_is_found_by_synonym_and_code_and_a_new_one_is_added_to_the_list()
    {
        await hub.Database.RunAsync("""
            insert into project_species (project_id, taxon_id, code)
            select p.id, t.id, 'BOB' from projects p, taxa t where p.slug = 'creek' and t.slug = 'lynx-rufus'
            on conflict do nothing
            """);
        await hub.Database.RunAsync("""
            insert into species_synonyms (project_id, taxon_id, name)
            select project_id, taxon_id, 'Felis <rufa>' from project_species where code = 'BOB' on conflict do nothing
            """);
        var page = await OpenAsync("queue=unreviewed&site=creek-north");
        foreach (var typed in new[] { "bob", "felis" })
        {
            var id = await CurrentAsync(page);
            await page.Keyboard.PressAsync(" ");
            await page.Keyboard.TypeAsync(typed);
            await Assertions.Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync("Lynx rufus");
            await page.Keyboard.PressAsync("Enter");
            await ExpectFindingAsync(id, "lynx-rufus");
        }

        var added = await CurrentAsync(page);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("Taxidea taxus");
        await Assertions.Expect(page.GetByRole(AriaRole.Option)).ToContainTextAsync("add to the project list");
        await page.Keyboard.PressAsync("Enter");
        await ExpectFindingAsync(added, "taxidea-taxus");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Count_details_and_a_second_species_go_with_the_decision_and_a_question_waits_for_others()
    {
        var page = await OpenAsync("queue=unreviewed");
        var id = await CurrentAsync(page);
        await page.Keyboard.PressAsync("a");
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("d");
        await page.Locator("#details [name=sex]").SelectOptionAsync("female");
        await page.Locator("#details [name=behavior]").FillAsync("feeding");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(page.Locator("#draft")).ToContainTextAsync("choose the second species");
        await page.Keyboard.PressAsync("2");
        await Wait.UntilAsync(
            async () => await hub.Database.ReadAsync<string>("""
                select coalesce(string_agg(distinct count || coalesce(sex, '') || coalesce(behavior, ''), ' '), '')
                from wildlife_detections d where d.event_id = $1 and d.source = 2 and d.is_current
                """, id) == "1femalefeeding 3femalefeeding",
            TimeSpan.FromSeconds(15), () => "the two species are not filed");

        var asked = await CurrentAsync(page);
        await page.Keyboard.PressAsync("x");
        await page.Locator("#words-text").FillAsync("A <b>kit</b> fox?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("All saved");
        await page.GotoAsync("/p/creek/review?queue=questions");
        Assert.Equal(asked, await CurrentAsync(page));
        await Assertions.Expect(page.Locator("#question")).ToContainTextAsync("A <b>kit</b> fox?");
        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(page.Locator("#done-text")).ToContainTextAsync("Nothing left to decide here.");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Boxes_are_drawn_in_four_directions_moved_by_keys_and_saved_on_their_picture()
    {
        var page = await OpenAsync("queue=disagree");
        if (await page.Locator("#done").IsVisibleAsync())
        {
            await page.GotoAsync("/p/creek/review?queue=unreviewed&site=ridge-2");
        }

        var id = await CurrentAsync(page);
        var place = (await page.Locator("#canvas").BoundingBoxAsync())!;
        var (x, y) = (place.X + place.Width / 2, place.Y + place.Height / 2);
        foreach (var (dx, dy) in new[] { (60, 40), (-60, 40), (60, -40), (-60, -40) })
        {
            await page.Keyboard.PressAsync("n");
            await Assertions.Expect(page.Locator("#stage")).ToHaveClassAsync(
                new System.Text.RegularExpressions.Regex("drawing", System.Text.RegularExpressions.RegexOptions.None,
                    TimeSpan.FromSeconds(1)));
            await page.Mouse.MoveAsync(x, y);
            await page.Mouse.DownAsync();
            await page.Mouse.MoveAsync(x + dx, y + dy, new() { Steps = 3 });
            await page.Mouse.UpAsync();
        }

        await Assertions.Expect(page.Locator(".mine")).ToHaveCountAsync(4);
        var left = page.Locator("#box-fields fieldset").Nth(3).Locator("input").First;
        var before = int.Parse(await left.InputValueAsync(), CultureInfo.InvariantCulture);
        await page.Locator(".mine").Nth(3).FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal(before + 2, int.Parse(await left.InputValueAsync(), CultureInfo.InvariantCulture));
        await page.Locator(".mine").Nth(0).FocusAsync();
        await page.Keyboard.PressAsync("Delete");
        await Assertions.Expect(page.Locator(".mine")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("All saved");
        Assert.Equal("3 1", await hub.Database.ReadAsync<string>("""
            select count(*) || ' ' || count(distinct capture_id) from wildlife_detections
            where event_id = $1 and source = 2 and is_current and box_width between 0.01 and 0.2
            """, id));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task On_a_phone_the_thumb_decides_and_a_swipe_only_turns()
    {
        var page = await hub.OpenAsync(360, 740, ColorScheme.Dark);
        await ReadyAsync();
        await page.GotoAsync("/p/creek/review?queue=low");
        var id = await CurrentAsync(page);
        var bar = page.Locator("#thumb-bar");
        await Assertions.Expect(bar).ToBeVisibleAsync();
        var box = (await bar.BoundingBoxAsync())!;
        Assert.InRange(box.Y + box.Height, 600, 740);
        await page.EvaluateAsync("""
            (() => { const s = document.getElementById('stage');
              const at = (type, x) => s.dispatchEvent(new PointerEvent(type, { pointerId: 5, pointerType: 'touch', 
                clientX: x, clientY: 200, bubbles: true }));
              at('pointerdown', 250); at('pointerup', 100); })()
            """);
        Assert.Equal(id, await CurrentAsync(page));
        await bar.GetByRole(AriaRole.Button, new() { Name = "Blank" }).ClickAsync();
        await ExpectFindingAsync(id, "blank");
        await bar.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Wait.UntilAsync(
            async () => await CurrentAsync(page) == id, TimeSpan.FromSeconds(10), () => "undo did not return");
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("All saved");
        Assert.True(await hub.Database.ReadAsync<bool>("select is_open from events where id = $1", id));
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(768)]
    [InlineData(360)]
    public async Task Long_names_of_species_push_nothing_out_of_the_window(int width)
    {
        var page = await hub.OpenAsync(width, 900);
        await ReadyAsync();
        await page.GotoAsync("/p/creek/review?queue=unreviewed");
        var capture = await hub.Database.ReadAsync<Guid>(
            "select best_capture_id from events where id = $1", await CurrentAsync(page));
        await ExpectRoomAsync();
        await page.GotoAsync($"/p/creek/pictures/{capture}");
        await ExpectRoomAsync();
        await page.Context.CloseAsync();

        async Task ExpectRoomAsync()
        {
            await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
            var outside = await page.EvaluateAsync<string>("""
                (() => {
                  const panel = document.getElementById('decide');
                  for (const button of panel.querySelectorAll('[data-slot], #take')) {
                    button.hidden = false;
                    button.querySelector('span').textContent = 'Southern white-breasted hedgehog, all 20 pictures';
                  }
                  return [panel, ...panel.querySelectorAll('button')]
                    .filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))
                    .join('\n');
                })()
                """);
            Assert.Equal("", outside);
            Assert.Equal(
                0, await page.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - innerWidth)"));
        }
    }

    async Task<IPage> OpenAsync(string query)
    {
        var page = await hub.OpenAsync();
        await ReadyAsync();
        await page.GotoAsync("/p/creek/review?" + query);
        return page;
    }

    /// <summary>The model whose findings the seed has is the active one; nothing is reserved.</summary>
    async Task ReadyAsync()
    {
        await hub.Database.RunAsync("update models set is_active = false where name <> 'trail-model' and is_active");
        await hub.Database.RunAsync("update models set is_active = true where name = 'trail-model' and not is_active");
        await hub.Database.RunAsync("delete from review_reservations");
    }

    Task<int> AddPersonAsync(string name) => hub.Database.ReadAsync<int>("""
        with a as (insert into accounts (email, name) values (gen_random_uuid() || '@example.org', $1) returning id),
        m as (
          insert into memberships (project_id, account_id, role)
          select p.id, a.id, 2 from projects p, a where p.slug = 'creek')
        select id from a
        """, name);

    static async Task<Guid> CurrentAsync(IPage page)
    {
        await Assertions.Expect(page.Locator("#review")).ToHaveAttributeAsync(
            "data-event", new System.Text.RegularExpressions.Regex(
                "[0-9a-f-]{36}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        return Guid.Parse((await page.Locator("#review").GetAttributeAsync("data-event"))!);
    }

    /// <summary>Until a person's finding of the event is this species or category.</summary>
    Task ExpectFindingAsync(Guid eventId, string what) => Wait.UntilAsync(
        async () => await hub.Database.ReadAsync<bool>("""
            select exists (
              select from event_findings f left join taxa t on t.id = f.taxon_id
              where f.event_id = $1 and f.source = 2 and (t.slug = $2 or $2 = 'blank' and f.category = 4))
            """, eventId, what),
        TimeSpan.FromSeconds(15), () => $"event {eventId} does not show {what}");
}
