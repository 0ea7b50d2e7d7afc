"""Cases by the API: what the pages of the case room do, by the same actions, a file for each kind of thing."""

from breachdesk.case.app.api import asks, cases, checklists, costs, decisions, facts, picture, record, tasks, team

routers = tuple(one.router for one in (cases, team, facts, tasks, checklists, decisions, costs, picture, asks, record))
