using System;
using System.Collections.Generic;
using System.Data.Services.Client;
using System.Linq;
using System.Net;
using TenantReporting;

static partial class DataServices {
    static IEnumerable<KeyValuePair<string, Action>> Access() {
        yield return Mode("challenge", Challenge);
        yield return Mode("nopassword", WithoutPassword);
        yield return Mode("wrongpassword", WrongPassword);
        yield return Mode("preauth", PasswordUnasked);
    }

    /// The client sends its password only when a 401 with a Basic challenge asks for it.
    static void Challenge() {
        var before = CountedBasic.Challenges;
        Checks.Equal(daily[0], Read(Set().Take(1).Single()), "row");
        Checks.Equal(gateway.Asks ? 1 : 0, CountedBasic.Challenges - before, "challenges of one request");
        if (gateway.Asks) Checks.Contains(CountedBasic.Last, "Realm=", "challenge");
    }

    static void WithoutPassword() {
        var context = Context();
        context.Credentials = null;
        var query = context.CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily");
        if (!gateway.Asks) {
            Checks.Same(daily.Take(Gateway.PageSize), query.ToList().Select(Read), "rows for loopback");
            return;
        }
        var e = Checks.Throws<DataServiceQueryException>(() => query.ToList(), "no password");
        Checks.Equal(401, e.Response.StatusCode, "status");
        Checks.Contains(e.InnerException.Message, "401 - Unauthorized: Access is denied due to invalid credentials.", "page");
    }

    static void WrongPassword() {
        var context = Context();
        context.Credentials = null;
        context.SendingRequest += (s, e) => e.RequestHeaders["Authorization"] = Basic("wrong");
        var refused = Checks.Throws<DataServiceQueryException>(() => context.CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").ToList(), "a wrong password of a known user");
        Checks.Equal(401, refused.Response.StatusCode, "status, also where loopback needs no password");
    }

    static void PasswordUnasked() {
        var before = CountedBasic.Challenges;
        var context = Context();
        context.Credentials = null;
        context.SendingRequest += (s, e) => e.RequestHeaders["Authorization"] = Basic(Gateway.Password);
        Checks.Same(daily.Take(Gateway.PageSize), context.CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").ToList().Select(Read), "rows");
        Checks.Equal(before, CountedBasic.Challenges, "challenges");
    }

    static string Basic(string password) {
        return "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Gateway.User + ":" + password));
    }
}
